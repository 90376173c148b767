import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ownFolder } from '../../builtin/state-directory.js'
import type { Batch, RowId } from '../../contracts/row.js'
import type { WriteResult } from '../../contracts/row-storage.js'
import type { SinkCheckpoint, SinkReceipt, SinkWriter } from '../../contracts/sink.js'
import type { StorageCheckContext } from '../../contracts/storage-context.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { CompiledSink } from '../../pipeline/compile/compiled-pipeline.js'
import { settlesPartitions } from '../../pipeline/compile/sink-resumption.js'
import type { RejectLine } from '../state/journal.js'
import { failpoint } from './failpoints.js'
import type { Lease } from './lease.js'
import { readSealed, writeSealed } from './sealed-file.js'

/** How far the commit of a sink has come: it has begun, or it has ended. */
type SinkState = BegunState | DoneState

interface BegunState {
  readonly state: 'begun'
  /** The rows that the sink refused. */
  readonly refused: readonly SinkRefusal[]
  /** Whether the sink writes a receipt together with the rows. */
  readonly keepsReceipt: boolean
}

interface DoneState {
  readonly state: 'done'
  readonly refused: readonly SinkRefusal[]
  readonly result: WriteResult
  /** Identifies what the rows depend on. */
  readonly fingerprint: string
  /** Identifies what the commit has made, if the sink can tell. */
  readonly content?: string | undefined
}

/** A row that a sink refused, and why. */
export type SinkRefusal = Pick<RejectLine, 'id' | 'code' | 'message' | 'hint' | 'tries'>

/** What earlier processes of a run have left of a sink. */
export interface FoundSink {
  /** Stands for the sink if it has committed the same rows. */
  readonly settled?: SinkWriter
  /** Whether the output may exist because the run has written it. */
  readonly mayHaveWritten: boolean
  /** What somebody has changed since the sink committed it, for people. */
  readonly changed?: string | undefined
}

/** The commits of a run's sinks, on the disk, so that a resumed run commits none of them twice. */
export class SinkCommits {
  readonly #folder: string
  readonly #run: string
  readonly #lease: Pick<Lease, 'assertHeld'>
  readonly #fingerprintOf: (sink: string) => string
  readonly #settled = new Set<string>()
  readonly #refused = new Map<string, SinkRefusal[]>()

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

  /** What a sink writes together with its rows, if it can. */
  receiptOf(sink: string): SinkReceipt {
    return { run: this.#run, sink, fingerprint: this.#fingerprintOf(sink) }
  }

  /**
   * Finds out whether earlier processes of the run have committed a sink.
   *
   * @param rows The number of rows that the sink will not get, because its stage goes on behind them.
   * @param behind The state of the checkpoint behind which the sink goes on; undefined if it gets all rows.
   * @throws MAESTRO_RUN_SINK_UNSETTLED if they may have, and writing again would add the rows a second time; what the sink
   *   throws if it cannot look for its receipt
   */
  async find(sink: CompiledSink, context: StorageCheckContext, rows: number, behind?: unknown): Promise<FoundSink> {
    const { id } = sink.node
    const state = readState(this.#folder, id)
    if (state === undefined) return { mayHaveWritten: false }
    if (state !== 'damaged' && state.state === 'done' && state.fingerprint === this.#fingerprintOf(id)) {
      const { identify } = sink.definition
      const content = await identify?.(sink.options, context, state.result)
      if (identify !== undefined && content === undefined) return { mayHaveWritten: true }
      const isChanged = state.content !== undefined && state.content !== content
      return { ...this.#settle(id, state, rows), ...(isChanged ? { changed: state.result.location } : {}) }
    }
    if (sink.definition.target?.(sink.options, context) !== undefined) return { mayHaveWritten: true }
    if (state === 'damaged') throw this.#unsettled(sink, 'has begun to add its rows, and the note about it is damaged')
    if (state.state === 'done') throw this.#unsettled(sink, addsOthers)
    return this.#findCommit(sink, state, context, rows, behind)
  }

  /** Looks for the receipt of a commit that has begun and may have ended. */
  async #findCommit(
    sink: CompiledSink,
    { refused, keepsReceipt }: BegunState,
    context: StorageCheckContext,
    rows: number,
    behind: unknown,
  ): Promise<FoundSink> {
    const { node, definition, options } = sink
    if (!keepsReceipt || definition.findReceipt === undefined)
      throw this.#unsettled(
        sink,
        'was adding its rows when the run was interrupted, and it is unknown whether they are there',
      )
    const name = { run: this.#run, sink: node.id }
    const found = await definition.findReceipt(options, context, name)
    if (found === undefined) {
      if (settlesPartitions(sink)) {
        const at = await definition.findCheckpoint?.(options, context, name)
        if (!isDeepStrictEqual(at, behind)) throw this.#unsettled(sink, addsOthers)
      }
      return { mayHaveWritten: false }
    }
    const { fingerprint, result } = found
    if (fingerprint !== this.#fingerprintOf(node.id)) throw this.#unsettled(sink, addsOthers)
    const state: DoneState = { state: 'done', refused, result, fingerprint }
    this.#lease.assertHeld()
    await this.#write(node.id, state)
    return this.#settle(node.id, state, rows)
  }

  #settle(sink: string, { result, refused }: DoneState, rows: number): FoundSink {
    this.#settled.add(sink)
    return { settled: new SettledSink(result, refused, rows), mayHaveWritten: true }
  }

  #unsettled({ node }: CompiledSink, reason: string) {
    return maestroError('MAESTRO_RUN_SINK_UNSETTLED', { run: this.#run, sink: node.id, use: node.use, reason })
  }

  /** Keeps a row that a sink refused, for a later process that does not give the row to the sink. */
  refused(sink: string, { id, code, message, hint, tries }: RejectLine): void {
    const refused = this.#refused.get(sink) ?? []
    refused.push({ id, code, message, hint, tries })
    this.#refused.set(sink, refused)
  }

  /** Notes that the commit of a sink begins. @throws MAESTRO_RUN_TAKEN_OVER, MAESTRO_RUN_STATE */
  async begin(sink: string, keepsReceipt: boolean): Promise<void> {
    this.#lease.assertHeld()
    if (this.#settled.has(sink)) return
    await this.#write(sink, { state: 'begun', refused: this.#refused.get(sink) ?? [], keepsReceipt })
  }

  /** Notes that a sink has committed. @throws MAESTRO_RUN_STATE */
  async done({ node: { id }, definition, options }: CompiledSink, context: StorageCheckContext, result: WriteResult) {
    failpoint('sink-committed')
    if (this.#settled.has(id)) return
    const refused = this.#refused.get(id) ?? []
    // The rows are there, whether or not the output can be read.
    const content = await Promise.resolve(definition.identify?.(options, context, result)).catch(() => undefined)
    await this.#write(id, { state: 'done', refused, result, fingerprint: this.#fingerprintOf(id), content })
  }

  async #write(sink: string, state: SinkState): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: ownFolder })
    await writeSealed(statePath(this.#folder, sink), state, ['sink-state-synced', 'sink-state-renamed'])
  }
}

const addsOthers = 'has added its rows, and the run would now add others'

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

/** Stands for a sink that has committed the rows already. It refuses the rows that the sink has refused. */
class SettledSink implements SinkWriter {
  readonly #result: WriteResult
  readonly #refused: ReadonlyMap<RowId, SinkRefusal>
  #rows: number

  constructor(result: WriteResult, refused: readonly SinkRefusal[], rows: number) {
    this.#result = result
    this.#refused = new Map(refused.map((refusal) => [refusal.id, refusal]))
    this.#rows = rows
  }

  get rowsWritten(): number {
    return this.#rows
  }

  write({ ids }: Batch): void {
    for (const id of this.#refused.size === 0 ? [] : ids) {
      const refusal = this.#refused.get(id)
      if (refusal === undefined) continue
      const { code, message, hint, tries } = refusal
      throw new MaestroError({ code, message, hint }).at({ rowId: id, tries })
    }
    this.#rows += ids.length
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
