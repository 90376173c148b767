import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFolder } from '../../builtin/state-directory.js'
import type { StepCounts } from '../../contracts/report.js'
import type { SavedSamples } from '../record/row-samples.js'
import type { StepUsage } from '../report/usage-totals.js'
import type { RejectTally } from '../state/journal.js'
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

/** The partial step file of a stage, which may have got its final name already. */
export const partialFile = (path: string): string => `${path}.tmp`

/** Commits a partition. Everything that it names must be on the disk before. @throws MAESTRO_RUN_STATE */
export async function writeProgress(folder: string, progress: StageProgress): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ownFolder })
  await writeSealed(join(folder, progressName), progress, ['progress-synced', 'progress-renamed'])
}

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
  return existsSync(stages) && readdirSync(stages).some((stage) => existsSync(join(stages, stage, progressName)))
}

/** Removes the progress of a stage that runs again from its beginning, or that has finished. */
export async function dropProgress(folder: string): Promise<void> {
  if (!existsSync(join(folder, progressName))) return
  await rm(join(folder, progressName), { force: true })
  await syncName(join(folder, progressName))
  failpoint('progress-dropped')
}
