import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFolder } from '../../builtin/state-directory.js'
import type { StepCounts } from '../../contracts/report.js'
import type { SavedSamples } from '../record/row-samples.js'
import type { StepUsage } from '../report/usage-totals.js'
import type { RejectTally } from '../state/journal.js'
import { stateErrors } from '../state/state-errors.js'
import { failpoint } from './failpoints.js'
import { beginningOf, type FileEnd } from './file-end.js'
import type { InputPosition } from './input-position.js'
import type { LedgerBlocks } from './kept-ledger.js'
import { readSealed, writeSealed } from './sealed-file.js'
import type { FingerprintParts } from './stage-fingerprint.js'
import { syncName } from './sync-folder.js'

/** How far a stage has come: everything that its committed partitions have left behind. */
export interface StageProgress {
  readonly parts: FingerprintParts
  /** The number of partitions. */
  readonly partitions: number
  readonly input: InputPosition
  /** The file of the rows that came out, if a later stage or a sink needs it. */
  readonly file?: FileEnd & { readonly rows: number }
  /** Where the sinks go on that can. The others get the rows of the file again. */
  readonly sinks: Readonly<Record<string, SinkProgress>>
  /** The counts of the source, the steps, and the sinks that go on. */
  readonly counts: Readonly<Record<string, StepCounts>>
  readonly rejects: Readonly<Record<string, RejectTally>>
  readonly ledger: LedgerBlocks
  /** What the record of calls does not know of the usage. */
  readonly usage: readonly StepUsage[]
  /** Rows for the report. */
  readonly samples?: SavedSamples | undefined
}

export interface SinkProgress {
  /** Identifies the options of the sink. */
  readonly sink: string
  readonly rows: number
  /** Only the sink understands it. */
  readonly state: unknown
}

/** The outcome of looking for the progress of a stage. */
export type FoundProgress = { readonly progress: StageProgress } | { readonly fault: string | undefined }

const progressName = 'progress.json'
const preparedName = 'progress.next.json'

/** The partial step file of a stage, which may have got its final name already. */
export const partialFile = (path: string): string => `${path}.tmp`

/** Commits a partition. Everything that it names must be on the disk before. @throws MAESTRO_RUN_STATE */
export async function writeProgress(folder: string, progress: StageProgress): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ownFolder })
  await writeSealed(join(folder, progressName), progress, ['progress-synced', 'progress-renamed'])
}

/**
 * Notes the progress of a partition that a sink commits in a transaction of its own. It counts when the transaction has
 * ended.
 *
 * @throws MAESTRO_RUN_STATE
 */
export async function prepareProgress(folder: string, progress: StageProgress): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ownFolder })
  await writeSealed(join(folder, preparedName), progress, ['partition-noted', 'partition-prepared'])
}

/** The progress of a stage; undefined if there is none or it is damaged. */
export const savedProgress = (folder: string): StageProgress | undefined => undamaged(join(folder, progressName))

/** The progress of a partition whose transaction may have ended; undefined if there is none or it is damaged. */
export const preparedProgress = (folder: string): StageProgress | undefined => undamaged(join(folder, preparedName))

function undamaged(path: string): StageProgress | undefined {
  const progress = readSealed<StageProgress>(path)
  return progress === 'damaged' ? undefined : progress
}

/** Commits the partition that was prepared. @throws MAESTRO_RUN_STATE */
export async function adoptProgress(folder: string): Promise<void> {
  const path = join(folder, progressName)
  await stateErrors(path, async () => {
    await rename(join(folder, preparedName), path)
    await syncName(path)
  })
  failpoint('progress-renamed')
}

/** Removes the progress of a partition whose transaction has not ended. */
export const forgetPrepared = (folder: string): Promise<void> => rm(join(folder, preparedName), { force: true })

/** Reads the progress of a stage and compares its file with it. @param file The step file of the stage. */
export async function readProgress(folder: string, file: string): Promise<FoundProgress> {
  const progress = readSealed<StageProgress>(join(folder, progressName))
  if (progress === undefined) return { fault: undefined }
  if (progress === 'damaged') return { fault: 'its progress is damaged' }
  if (progress.file === undefined) return { progress }
  const { bytes, crc32 } = progress.file
  const path = existsSync(partialFile(file)) ? partialFile(file) : file
  const found = await beginningOf(path, bytes)
  return found?.bytes === bytes && found.crc32 === crc32 ? { progress } : { fault: 'its rows are damaged' }
}

/** Whether a stage of a run has committed partitions and not finished. */
export function hasProgress(runFolder: string): boolean {
  const stages = join(runFolder, 'stages')
  try {
    return readdirSync(stages).some((stage) => existsSync(join(stages, stage, progressName)))
  } catch (error) {
    // Another process may remove the run at any moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Removes the progress of a stage that runs again from its beginning, or that has finished. */
export async function dropProgress(folder: string): Promise<void> {
  if (!existsSync(join(folder, progressName))) return
  await rm(join(folder, progressName), { force: true })
  await syncName(join(folder, progressName))
  failpoint('progress-dropped')
}
