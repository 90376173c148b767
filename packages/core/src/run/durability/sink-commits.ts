import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFolder } from '../../builtin/state-directory.js'
import type { SinkCheckpoint, SinkWriter, StorageCheckContext, WriteResult } from '../../contracts/storage.js'
import { maestroError } from '../../errors/error-table.js'
import type { CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import { failpoint } from './failpoints.js'
import type { Lease } from './lease.js'
import { readSealed, writeSealed } from './sealed-file.js'

/** How far the commit of a sink has come: it has begun, or it has ended. */
type SinkState =
  | { readonly state: 'begun' }
  | {
      readonly state: 'done'
      readonly result: WriteResult
      /** Identifies what the rows depend on. */
      readonly fingerprint: string
      /** The number of rows that the sink refused. */
      readonly refused: number
    }

/** The commits of a run's sinks, on the disk, so that a resumed run commits none of them twice. */
export class SinkCommits {
  readonly #folder: string
  readonly #run: string
  readonly #lease: Pick<Lease, 'assertHeld'>
  readonly #fingerprintOf: (sink: string) => string
  readonly #settled = new Set<string>()

  constructor(
    run: { readonly path: string; readonly runId: string },
    lease: Pick<Lease, 'assertHeld'>,
    fingerprintOf: (sink: string) => string,
  ) {
    this.#folder = sinkFolder(run.path)
    this.#run = run.runId
    this.#lease = lease
    this.#fingerprintOf = fingerprintOf
  }

  /**
   * A writer that only counts, for a sink that an earlier process has committed with the same rows.
   *
   * @param rows The number of rows that it will not get, because its stage goes on behind them.
   */
  settledWriter(sink: string, rows: number): SinkWriter | undefined {
    const state = readState(this.#folder, sink)
    // A sink that refused rows has to refuse them again, so that they are recorded.
    if (state === undefined || state === 'damaged' || state.state !== 'done' || state.refused > 0) return undefined
    if (state.fingerprint !== this.#fingerprintOf(sink)) return undefined
    this.#settled.add(sink)
    return new SettledSink(state.result, rows)
  }

  /**
   * Whether an earlier process of the run may have written the output.
   *
   * @throws MAESTRO_RUN_SINK_UNSETTLED if it may have, and writing again would add the rows a second time
   */
  mayHaveWritten(sink: CompiledSink, context: StorageCheckContext): boolean {
    const { node, definition, options } = sink
    const state = readState(this.#folder, node.id)
    if (state === undefined) return false
    if (definition.target?.(options, context) !== undefined) return true
    const reason =
      state !== 'damaged' && state.state === 'done'
        ? 'has added its rows, and the run would now add others'
        : 'was adding its rows when the run was interrupted, and it is unknown whether they are there'
    throw maestroError('MAESTRO_RUN_SINK_UNSETTLED', { run: this.#run, sink: node.id, use: node.use, reason })
  }

  /** Notes that the commit of a sink begins. @throws MAESTRO_RUN_TAKEN_OVER, MAESTRO_RUN_STATE */
  async begin(sink: string): Promise<void> {
    this.#lease.assertHeld()
    if (!this.#settled.has(sink)) await this.#write(sink, { state: 'begun' })
  }

  /** Notes that a sink has committed. @throws MAESTRO_RUN_STATE */
  async done(sink: string, result: WriteResult, refused: number): Promise<void> {
    failpoint('sink-committed')
    if (this.#settled.has(sink)) return
    await this.#write(sink, { state: 'done', result, refused, fingerprint: this.#fingerprintOf(sink) })
  }

  async #write(sink: string, state: SinkState): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: ownFolder })
    await writeSealed(statePath(this.#folder, sink), state, ['sink-state-synced', 'sink-state-renamed'])
  }
}

/** The sinks of a run whose output may exist because the run itself has written it. */
export function sinksBegun(runFolder: string, sinks: readonly string[]): ReadonlySet<string> {
  return new Set(sinks.filter((sink) => readState(sinkFolder(runFolder), sink) !== undefined))
}

const sinkFolder = (runFolder: string): string => join(runFolder, 'sinks')

const statePath = (folder: string, sink: string): string =>
  join(folder, `${Buffer.from(sink).toString('hex').slice(0, 200)}.json`)

const readState = (folder: string, sink: string) => readSealed<SinkState>(statePath(folder, sink))

/** The state of a sink that has nothing left to write. */
export const settled = 'settled'

/** Stands for a sink that has committed the rows already. */
class SettledSink implements SinkWriter {
  readonly #result: WriteResult
  #rows: number

  constructor(result: WriteResult, rows: number) {
    this.#result = result
    this.#rows = rows
  }

  get rowsWritten(): number {
    return this.#rows
  }

  write({ rows }: { readonly rows: readonly unknown[] }): void {
    this.#rows += rows.length
  }

  checkpoint(): Promise<SinkCheckpoint> {
    return Promise.resolve({ state: settled })
  }

  commit(): Promise<WriteResult> {
    return Promise.resolve(this.#result)
  }

  suspend(): Promise<void> {
    return Promise.resolve()
  }

  abort(): Promise<void> {
    return Promise.resolve()
  }
}
