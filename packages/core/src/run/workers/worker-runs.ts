import type { Row, RowId } from '../../contracts/row.js'
import type { PartitionResult } from '../../contracts/step-workers.js'
import { fromErrorData } from '../../errors/error-data.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import type { RowInWork } from '../stream/batch-collector.js'
import type { Leaf } from '../stream/ordered-window.js'
import type { TraceRow } from '../stream/row-chain.js'
import { PartitionSizer } from './partition-sizer.js'
import { decodeOutcome } from './row-outcome.js'
import { type RanRows, type RejectOfRow, runRows } from './run-rows.js'
import { type SettledEvents, settleRow } from './settle-row.js'
import type { WorkerSegment } from './worker-segment.js'

export interface WorkerRunsContext {
  readonly run: string
  readonly params: unknown
  readonly signal: AbortSignal
  readonly trace?: TraceRow | undefined
}

export interface WorkerRunsEvents extends SettledEvents {
  failed(error: unknown): void
}

/** A row on its way to a worker; without a line, it cannot be sent. */
interface WaitingRow {
  readonly work: RowInWork
  readonly line: string | undefined
}

/** Rows that were sent together, in order. */
interface SentRows {
  readonly rows: readonly WaitingRow[]
  settle: (() => void) | undefined
}

/** The number of rows after each step that a report shows. */
const shownRows = 8
/** The time in milliseconds that rows wait for others before they are sent. */
const lingerMilliseconds = 20
/** So often, a partition that kills workers is halved in a stage, to find the rows at fault. */
const mostHalvings = 64

/** Sends the rows in front of a segment to its workers, partition by partition, and takes the results back. */
export class WorkerRuns {
  readonly #segment: WorkerSegment
  readonly #context: WorkerRunsContext
  readonly #events: WorkerRunsEvents
  readonly #sizer: PartitionSizer
  #rows: WaitingRow[] = []
  /** What was sent and has not been settled, in order. */
  readonly #sent: SentRows[] = []
  #running = 0
  #partitions = 0
  #halvings = 0
  #timer: NodeJS.Timeout | undefined
  /** The number of rows after each step that were shown. */
  readonly #shown = new Map<string, number>()

  constructor(segment: WorkerSegment, context: WorkerRunsContext, events: WorkerRunsEvents) {
    this.#segment = segment
    this.#context = context
    this.#events = events
    this.#sizer = new PartitionSizer(segment)
  }

  add(work: RowInWork): void {
    const line = lineOf(work.row)
    this.#rows.push({ work, line })
    if (this.#sizer.isFull(this.#rows.length, line?.length ?? 0)) this.#send()
    else this.#timer ??= setTimeout(() => this.#lingered(), lingerMilliseconds)
  }

  /** No further row will arrive for now: a worker without work gets what is there. */
  flush(): void {
    if (this.#rows.length > 0 && this.#running < Math.max(1, this.#segment.workers.width)) this.#send()
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#rows = []
  }

  #lingered(): void {
    this.#timer = undefined
    this.flush()
    if (this.#rows.length > 0) this.#timer = setTimeout(() => this.#lingered(), lingerMilliseconds)
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const sent: SentRows = { rows: this.#rows, settle: undefined }
    this.#rows = []
    this.#sizer.sent()
    this.#running++
    this.#sent.push(sent)
    this.#run(sent.rows).then(
      (ran) => this.#arrived(sent, ran),
      (error) => {
        this.#running--
        if (!this.#context.signal.aborted) this.#events.failed(error)
      },
    )
  }

  #arrived(sent: SentRows, { leaves, rejects }: RanRows): void {
    this.#running--
    sent.settle = () => {
      for (const [index, { work }] of sent.rows.entries()) {
        if (this.#context.signal.aborted) return
        settleRow(this.#segment.steps, work, { leaf: leaves[index] as Leaf, rejects }, this.#events)
      }
    }
    if (!this.#segment.keepsOrder) {
      sent.settle()
      return
    }
    while (this.#sent[0]?.settle !== undefined) this.#sent.shift()?.settle?.()
  }

  async #run(rows: readonly WaitingRow[]): Promise<RanRows> {
    const rejects = new Map<RowId, RejectOfRow>()
    const leaves = rows.map(
      ({ work }): Leaf => ({ id: work.id, row: undefined, children: undefined, lost: undefined, rejected: undefined }),
    )
    const sendable = [...rows.keys()].filter((index) => rows[index]?.line !== undefined)
    const unsent = [...rows.keys()].filter((index) => rows[index]?.line === undefined)
    unsent.push(...(await this.#runInWorkers(sendable, rows, leaves, rejects)))
    if (unsent.length > 0) await this.#runHere(unsent, rows, leaves, rejects)
    return { leaves, rejects }
  }

  /** Fills the leaves of some rows. @returns the rows that a worker could not send back */
  async #runInWorkers(
    places: readonly number[],
    rows: readonly WaitingRow[],
    leaves: readonly Leaf[],
    rejects: Map<RowId, RejectOfRow>,
  ): Promise<readonly number[]> {
    if (places.length === 0) return []
    let result: PartitionResult
    try {
      result = await this.#segment.workers.run(
        {
          index: this.#partitions++,
          ids: places.map((place) => (rows[place] as WaitingRow).work.id),
          rows: places.map((place) => (rows[place] as WaitingRow).line ?? ''),
          samples: this.#samplesNeeded,
        },
        this.#context.signal,
      )
    } catch (error) {
      if (!MaestroError.is(error, 'MAESTRO_WORKER_CRASHED')) throw error
      return this.#runHalves(error, places, rows, leaves, rejects)
    }
    for (const request of result.requests) this.#segment.takeRequest(request)
    if (result.failure !== undefined) throw fromErrorData(result.failure)
    this.#sizer.took(places.length, result.milliseconds)
    for (const { step, id, row } of result.samples) this.#show(step, id, decodeStepLine(row).row)
    return places.filter((place, index) => {
      const outcome = result.outcomes[index] ?? null
      if (outcome === null) return true
      decodeOutcome(outcome, leaves[place] as Leaf, (rows[place] as WaitingRow).work.id, rejects)
      return false
    })
  }

  /** Finds the rows that kill workers, which are rejected by the first step. */
  async #runHalves(
    error: MaestroError,
    places: readonly number[],
    rows: readonly WaitingRow[],
    leaves: readonly Leaf[],
    rejects: Map<RowId, RejectOfRow>,
  ): Promise<readonly number[]> {
    if (places.length > 1 && this.#halvings++ < mostHalvings) {
      const half = Math.ceil(places.length / 2)
      const first = await this.#runInWorkers(places.slice(0, half), rows, leaves, rejects)
      return [...first, ...(await this.#runInWorkers(places.slice(half), rows, leaves, rejects))]
    }
    const step = this.#segment.steps[0]?.id ?? ''
    for (const place of places) {
      const { id, row } = (rows[place] as WaitingRow).work
      const { code, message, hint, details } = error
      const leaf = leaves[place] as Leaf
      leaf.rejected = step
      rejects.set(id, { row, error: new MaestroError({ code, message, hint, details }).at({ step, rowId: id }) })
    }
    return []
  }

  async #runHere(
    places: readonly number[],
    rows: readonly WaitingRow[],
    leaves: Leaf[],
    rejects: Map<RowId, RejectOfRow>,
  ): Promise<void> {
    const given = places.map((place) => (rows[place] as WaitingRow).work)
    const ran = await runRows(
      this.#segment.ownSteps(),
      { ids: given.map(({ id }) => id), rows: given.map(({ row }) => row) },
      { ...this.#context, rowsInFlight: this.#segment.rowsInFlight },
    )
    for (const [index, place] of places.entries()) leaves[place] = ran.leaves[index] as Leaf
    for (const [id, reject] of ran.rejects) rejects.set(id, reject)
  }

  get #samplesNeeded(): number {
    if (this.#context.trace === undefined) return 0
    const isShown = this.#segment.steps.every(({ id }) => (this.#shown.get(id) ?? 0) >= shownRows)
    return isShown ? 0 : shownRows
  }

  #show(step: string, id: RowId, row: Row): void {
    this.#shown.set(step, (this.#shown.get(step) ?? 0) + 1)
    this.#context.trace?.(step, id, row)
  }
}

/** A row as a line of a step file; undefined if it holds something that no file can hold. */
function lineOf(row: Row): string | undefined {
  try {
    return encodeStepLine('', row)
  } catch (error) {
    if (MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE')) return undefined
    throw error
  }
}
