import { existsSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepCounts } from '../../contracts/report.js'
import type { StepUsage } from '../report/usage-totals.js'
import type { RejectTally } from '../state/journal.js'
import { failpoint } from './failpoints.js'
import { beginningOf, type FileEnd, readEnd } from './file-end.js'
import type { LedgerBlocks } from './kept-ledger.js'
import { readSealed, writeSealed } from './sealed-file.js'
import type { FingerprintParts } from './stage-fingerprint.js'
import type { SinkProgress } from './stage-progress.js'
import { syncName } from './sync-folder.js'

/** What a finished stage leaves behind, so that it need not run again. */
export interface StageReceipt {
  readonly parts: FingerprintParts
  /** The name of its step file in the folder of the stage. */
  readonly file: string
  readonly bytes: number
  readonly crc32: number
  /** The counts of its steps, and of the source if the stage read it. */
  readonly counts: Readonly<Record<string, StepCounts>>
  /** The rejected rows of its steps. */
  readonly rejects: Readonly<Record<string, RejectTally>>
  /** The blocks of the stage in the ledger. */
  readonly ledger: LedgerBlocks
  readonly usage: readonly StepUsage[]
  /** The sinks that have committed a part of the rows in transactions of their own. */
  readonly sinks?: Readonly<Record<string, SinkProgress>> | undefined
}

/** The outcome of looking for the receipt of a stage. */
export type FoundReceipt = { readonly receipt: StageReceipt } | { readonly fault: string | undefined }

const receiptName = 'receipt.json'

/** Makes the step file of a stage and then its receipt durable, in this order. @throws MAESTRO_RUN_STATE */
export async function writeReceipt(folder: string, receipt: Omit<StageReceipt, 'bytes' | 'crc32'>): Promise<void> {
  const path = join(folder, receipt.file)
  const file = await open(path, 'r+')
  let whole: FileEnd
  try {
    await file.sync()
    whole = await readEnd(file)
  } finally {
    await file.close()
  }
  await syncName(path)
  await writeSealed(join(folder, receiptName), { ...receipt, ...whole }, ['receipt-synced', 'receipt-renamed'])
}

/** Reads the receipt of a stage and compares its step file with it. */
export async function readReceipt(folder: string): Promise<FoundReceipt> {
  const receipt = readSealed<StageReceipt>(join(folder, receiptName))
  if (receipt === undefined) return { fault: undefined }
  if (receipt === 'damaged') return { fault: 'its receipt is damaged' }
  const path = join(folder, receipt.file)
  if (!existsSync(path)) return { fault: 'its step file is missing' }
  if ((await stat(path)).size !== receipt.bytes) return { fault: 'its step file has another size' }
  return (await beginningOf(path))?.crc32 === receipt.crc32 ? { receipt } : { fault: 'its step file is damaged' }
}

/** Whether a stage has finished, without a look at its file. */
export const hasReceipt = (folder: string): boolean => existsSync(join(folder, receiptName))

/** Removes a receipt before its stage runs again, so that it never describes another file. */
export async function dropReceipt(folder: string): Promise<void> {
  await rm(join(folder, receiptName), { force: true })
  failpoint('receipt-dropped')
}
