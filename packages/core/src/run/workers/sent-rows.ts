import type { RowId } from '../../contracts/row.js'
import type { PartitionResult, SentRow } from '../../contracts/step-workers.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { fromErrorData } from '../../provider/error-data.js'
import { emptyLeaf, type Leaf } from '../stream/ordered-window.js'
import type { RowInWork } from '../stream/row-in-work.js'
import { RowTraces, type TracedRow } from './row-traces.js'
import { type RejectOfRow, type RunRowsOptions, runRows } from './run-rows.js'
import { decodeOutcome } from './sent-outcome.js'
import { receiveRow } from './sent-row.js'
import type { WorkerSegment } from './worker-segment.js'

/** A row on its way to a worker; `sent` is missing if it cannot be sent, or if there are no workers yet. */
export interface WaitingRow {
  readonly work: RowInWork
  readonly sent: SentRow | undefined
}

/** What the partitions of a segment share. */
export interface SentContext extends Omit<RunRowsOptions, 'trace' | 'rowsInFlight'> {
  readonly segment: WorkerSegment
  /** The number of the next partition. */
  nextIndex(): number
  /** Whether a partition that killed workers may be halved once more. */
  mayHalve(): boolean
  took(rows: number, milliseconds: number): void
}

/** Rows that were sent together, and what became of them. */
export class SentRows {
  readonly rows: readonly WaitingRow[]
  readonly leaves: Leaf[]
  readonly rejects = new Map<RowId, RejectOfRow>()
  /** The first rows that left each step. */
  readonly traced: TracedRow[] = []
  readonly #context: SentContext
  readonly #samples: number

  /** @param samples The number of rows after each step that are shown. */
  constructor(rows: readonly WaitingRow[], context: SentContext, samples: number) {
    this.rows = rows
    this.leaves = rows.map(({ work: { id } }) => emptyLeaf(id))
    this.#context = context
    this.#samples = samples
  }

  /** Takes the rows through the steps. @throws the error that ends the run */
  async run(): Promise<void> {
    const places = [...this.rows.keys()]
    const sendable = places.filter((place) => this.rows[place]?.sent !== undefined)
    const unsent = await this.#runInWorkers(sendable, false)
    const started = performance.now()
    await this.#runHere([...places.filter((place) => this.rows[place]?.sent === undefined), ...unsent])
    const { segment, took } = this.#context
    if (segment.late === undefined || sendable.length > 0) return
    took(places.length, performance.now() - started)
    segment.late.ranHere(places.length)
  }

  /** @returns the rows that a worker could not send back */
  async #runInWorkers(places: readonly number[], isSuspect: boolean): Promise<readonly number[]> {
    if (places.length === 0) return []
    const { segment, signal, nextIndex, took } = this.#context
    let result: PartitionResult
    try {
      const ids = places.map((place) => this.#workAt(place).id)
      const rows = places.map((place) => this.rows[place]?.sent ?? '')
      result = await segment.workers.run({ index: nextIndex(), ids, rows, samples: this.#samples, isSuspect }, signal)
    } catch (error) {
      if (!MaestroError.is(error, 'MAESTRO_WORKER_CRASHED')) throw error
      return this.#runHalves(places, error)
    }
    for (const request of result.requests) segment.takeRequest(request)
    if (result.failure !== undefined) throw fromErrorData(result.failure)
    if (result.outcomes.length !== places.length)
      throw maestroError('MAESTRO_RUN_EXECUTOR', {
        executor: segment.executor,
        fault: `has workers that returned ${result.outcomes.length} outcomes for ${places.length} rows`,
      })
    if (!isSuspect) took(places.length, result.milliseconds)
    for (const { step, id, row } of result.samples) this.traced.push({ step, id, row: receiveRow(row) })
    return places.filter((place, index) => {
      const outcome = result.outcomes[index] ?? null
      if (outcome !== null) decodeOutcome(outcome, this.leaves[place] as Leaf, this.#workAt(place).id, this.rejects)
      return outcome === null
    })
  }

  /** Finds the rows that kill workers. The first step rejects them. */
  async #runHalves(places: readonly number[], error: MaestroError): Promise<readonly number[]> {
    if (places.length > 1 && this.#context.mayHalve()) {
      const half = Math.ceil(places.length / 2)
      const unsent = await this.#runInWorkers(places.slice(0, half), true)
      return [...unsent, ...(await this.#runInWorkers(places.slice(half), true))]
    }
    const step = this.#context.segment.steps[0]?.id ?? ''
    const { code, message, hint, details } = error
    for (const place of places) {
      const { id, row } = this.#workAt(place)
      this.leaves[place] = { ...emptyLeaf(id), rejected: step }
      this.rejects.set(id, { row, error: new MaestroError({ code, message, hint, details }) })
    }
    return []
  }

  async #runHere(places: readonly number[]): Promise<void> {
    if (places.length === 0) return
    const given = places.toSorted((one, other) => one - other).map((place) => ({ place, ...this.#workAt(place) }))
    const { segment, run, params, signal } = this.#context
    const traces = new RowTraces(this.#samples)
    const ran = await runRows(
      segment.ownSteps(),
      { ids: given.map(({ id }) => id), rows: given.map(({ row }) => row) },
      { run, params, signal, rowsInFlight: segment.rowsInFlight, trace: traces.trace },
    )
    for (const [index, { place }] of given.entries()) this.leaves[place] = ran.leaves[index] as Leaf
    for (const [id, reject] of ran.rejects) this.rejects.set(id, reject)
    this.#traceInOrder(traces.rows)
  }

  /** Adds traced rows to those of the workers, all in the order of the rows that they come from. */
  #traceInOrder(traced: readonly TracedRow[]): void {
    const ids = this.rows.map(({ work }) => work.id)
    const placeOf = ({ id }: TracedRow) => ids.findIndex((root) => id === root || id.startsWith(`${root}/`))
    const places = new Map([...this.traced, ...traced].map((row) => [row, placeOf(row)]))
    const sorted = [...places.keys()].sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0))
    this.traced.splice(0, this.traced.length, ...sorted)
  }

  #workAt(place: number): RowInWork {
    return (this.rows[place] as WaitingRow).work
  }
}
