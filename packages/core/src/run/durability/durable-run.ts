import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PlannedStage } from '../../contracts/plan.js'
import { ledgerFile } from '../ledger/run-ledger.js'
import { leaseFolder, type RunFolder } from '../state/run-folder.js'
import { stageFolder } from '../state/stage-files.js'
import { CallRecord } from './call-record.js'
import { noBlocks, tallyLedger } from './kept-ledger.js'
import { tallyRejects } from './kept-rejects.js'
import { Lease } from './lease.js'
import { OutputClaims } from './output-claims.js'
import { changedParts, type FingerprintParts, hashOf } from './stage-fingerprint.js'
import { readReceipt, type StageReceipt } from './stage-receipts.js'

/** What a resumed run does with a stage. */
export interface StageDecision {
  readonly stage: number
  readonly name: string
  /** What the stage left behind; undefined if it runs again. */
  readonly receipt: StageReceipt | undefined
  /** Why a stage that had finished runs again. */
  readonly reason?: string
}

export interface ResumeSettings {
  /** Whether to ask again about rows that failed. @default false */
  readonly retryRejects?: boolean | undefined
}

/** The durable part of a run: its lease, its finished calls, and what its stages depend on. */
export class DurableRun {
  readonly lease: Lease
  readonly calls: CallRecord
  readonly folder: RunFolder
  readonly claims: OutputClaims
  /** The parts of each stage's fingerprint. */
  #parts: readonly FingerprintParts[] = []

  private constructor(folder: RunFolder, lease: Lease, calls: CallRecord, claims: OutputClaims) {
    this.folder = folder
    this.lease = lease
    this.calls = calls
    this.claims = claims
  }

  /** Takes the run folder into possession. @throws MAESTRO_RUN_HELD, MAESTRO_RUN_STATE */
  static async open(folder: RunFolder, resume?: ResumeSettings, signal?: AbortSignal): Promise<DurableRun> {
    const lease = await Lease.take(leaseFolder(folder.path), { what: folder.runId, signal })
    try {
      const { retryRejects = false } = resume ?? {}
      const calls = await CallRecord.open(join(folder.path, 'calls'), lease.number, lease.assertHeld, { retryRejects })
      const claims = new OutputClaims(join(folder.path, '..', '..'), folder, signal)
      return new DurableRun(folder, lease, calls, claims)
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  /** Sets what the stages depend on. */
  identify(parts: readonly FingerprintParts[]): void {
    this.#parts = parts
  }

  partsOf(stage: number): FingerprintParts {
    return this.#parts[stage] ?? {}
  }

  /** Identifies what the rows of a stage depend on. */
  fingerprintOf(stage: number): string {
    return hashOf(this.partsOf(stage))
  }

  /** Performs a part of the start. If it fails, the run folder is free again. */
  async orRelease<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      await this.end(false)
      throw error
    }
  }

  /** Ends the work on the run. What only a resumption needs is removed when the run is done. */
  async end(isDone: boolean): Promise<void> {
    await this.calls.dispose()
    if (isDone)
      for (const name of ['calls', 'sinks']) await rm(join(this.folder.path, name), { recursive: true, force: true })
    await this.claims.release()
    await this.lease.release()
  }
}

/**
 * Decides which stages of a resumed run need not run again: those that had finished, whose files are sound, that depend
 * on the same things as before, and whose input is not made again.
 */
export async function decideStages(
  folder: string,
  stages: readonly PlannedStage[],
  parts: readonly FingerprintParts[],
  { retryRejects = false }: ResumeSettings = {},
): Promise<readonly StageDecision[]> {
  const tallies = await tallyRejects(join(folder, 'rejects.jsonl'))
  const noted = tallyLedger(join(folder, ledgerFile))
  const decisions: StageDecision[] = []
  for (const stage of stages) {
    const { index, name, input } = stage
    const found = await readReceipt(stageFolder(folder, stage))
    if (!('receipt' in found)) {
      const { fault } = found
      decisions.push({ stage: index, name, receipt: undefined, ...(fault === undefined ? {} : { reason: fault }) })
      continue
    }
    const { receipt } = found
    const changed = changedParts(receipt.parts, parts[index] ?? {})
    const lost = Object.entries(receipt.rejects).some(([step, tally]) => !isDeepStrictEqual(tallies.get(step), tally))
    const hasRejects = Object.keys(receipt.rejects).length > 0
    const reason =
      changed.length > 0
        ? `${changed.join(', ')} changed`
        : input !== 'source' && decisions[input]?.receipt === undefined
          ? 'its input is made again'
          : lost
            ? 'its rejected rows are damaged'
            : !isDeepStrictEqual(noted.get(index) ?? noBlocks, receipt.ledger)
              ? 'its part of the ledger is damaged'
              : retryRejects && hasRejects
                ? 'its rejected rows are tried again'
                : undefined
    decisions.push({ stage: index, name, ...(reason === undefined ? { receipt } : { receipt: undefined, reason }) })
  }
  return decisions
}
