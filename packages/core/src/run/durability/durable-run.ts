import { join } from 'node:path'
import { leaseFolder, type RunFolder } from '../state/run-folder.js'
import { CallRecord } from './call-record.js'
import { Lease } from './lease.js'
import { OutputClaims } from './output-claims.js'
import { removeLeftovers } from './remove-leftovers.js'
import { isDone, notUnfinished, readRunState } from './run-state.js'
import { type FingerprintParts, hashOf } from './stage-fingerprint.js'

export interface ResumeSettings {
  /** Whether to ask again about rows that failed. @default false */
  readonly retryRejects?: boolean | undefined
  /** The step whose stage runs again, with everything that depends on it. @default none */
  readonly from?: string | undefined
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

  /**
   * Takes the run folder into possession.
   *
   * @throws MAESTRO_RUN_HELD, MAESTRO_RUN_STATE, and MAESTRO_RUN_NOT_UNFINISHED if another process has finished or removed
   *   the run that is to be resumed
   */
  static async open(
    folder: RunFolder,
    resume?: ResumeSettings & {
      /** Whether to ask again what was answered. @default false */
      readonly fresh?: boolean
    },
    signal?: AbortSignal,
  ): Promise<DurableRun> {
    const settings = { what: folder.runId, signal }
    const take = resume === undefined ? Lease.take : Lease.takeExisting
    const lease = await take(leaseFolder(folder.path), settings)
    if (lease === undefined) throw notUnfinished(folder.runId)
    try {
      if (resume !== undefined && isDone(folder.path)) throw notUnfinished(folder.runId)
      const { retryRejects = false, fresh = false } = resume ?? {}
      const since = fresh ? lease.number : resume && readRunState(folder.path).freshSince
      const reading = { retryRejects, since }
      const calls = await CallRecord.open(join(folder.path, 'calls'), lease.number, lease.assertHeld, reading)
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
    if (isDone) await removeLeftovers(this.folder.path)
    await this.claims.release()
    await this.lease.release()
  }
}
