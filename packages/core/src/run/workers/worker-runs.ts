import type { Leaf } from '../stream/ordered-window.js'
import type { RowInWork } from '../stream/row-in-work.js'
import type { ElsewhereContext, ElsewhereEvents, RowsElsewhere } from '../stream/steps-elsewhere.js'
import { PartitionSizer } from './partition-sizer.js'
import { sendRow, sizeOfSent } from './sent-row.js'
import { SentRows, type WaitingRow } from './sent-rows.js'
import { settleRow } from './settle-row.js'
import type { WorkerSegment } from './worker-segment.js'

/** The number of rows after each step that a report shows. */
const shownRows = 8
/** The time in milliseconds that rows wait for others before they are sent. */
const lingerMilliseconds = 20
/** So often, a partition that killed workers is halved in a stage, to find the rows at fault. */
const mostHalvings = 64

/** Sends the rows in front of a segment to its workers, partition by partition, and takes the results back. */
export class WorkerRuns implements RowsElsewhere {
  readonly #segment: WorkerSegment
  readonly #context: ElsewhereContext
  readonly #events: ElsewhereEvents
  readonly #sizer: PartitionSizer
  #rows: WaitingRow[] = []
  /** What was sent and has not been settled, in order, and whether it has come back. */
  readonly #sent = new Map<SentRows, boolean>()
  #running = 0
  #partitions = 0
  #halvings = 0
  #timer: NodeJS.Timeout | undefined
  /** The number of rows after each step that were shown. */
  readonly #shown = new Map<string, number>()

  constructor(segment: WorkerSegment, context: ElsewhereContext, events: ElsewhereEvents) {
    this.#segment = segment
    this.#context = context
    this.#events = events
    this.#sizer = new PartitionSizer(segment)
  }

  add(work: RowInWork): void {
    const { late, clonesRows } = this.#segment
    const sent = late?.isOpen === false ? undefined : sendRow(work.row, clonesRows)
    this.#rows.push({ work, sent })
    if (this.#sizer.isFull(this.#rows.length, sent === undefined ? 0 : sizeOfSent(sent))) this.#send()
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
    const { run, params, signal } = this.#context
    const context = {
      segment: this.#segment,
      run,
      params,
      signal,
      nextIndex: () => this.#partitions++,
      mayHalve: () => this.#halvings++ < mostHalvings,
      took: (rows: number, milliseconds: number) => this.#sizer.took(rows, milliseconds),
    }
    const sent = new SentRows(this.#rows, context, this.#samplesNeeded)
    this.#rows = []
    this.#sizer.sent()
    this.#running++
    this.#sent.set(sent, false)
    sent.run().then(
      () => this.#arrived(sent),
      (error) => {
        this.#running--
        if (!signal.aborted) this.#events.failed(error)
      },
    )
  }

  #arrived(sent: SentRows): void {
    this.#running--
    if (!this.#segment.keepsOrder) {
      this.#settle(sent)
      return
    }
    this.#sent.set(sent, true)
    for (const [first, hasArrived] of this.#sent) {
      if (!hasArrived) return
      this.#settle(first)
    }
  }

  #settle(sent: SentRows): void {
    this.#sent.delete(sent)
    for (const { step, id, row } of sent.traced) {
      this.#shown.set(step, (this.#shown.get(step) ?? 0) + 1)
      this.#context.trace?.(step, id, row)
    }
    for (const [index, { work }] of sent.rows.entries()) {
      if (this.#context.signal.aborted) return
      const ran = { leaf: sent.leaves[index] as Leaf, rejects: sent.rejects }
      settleRow(this.#segment.steps, work, ran, this.#events)
    }
  }

  get #samplesNeeded(): number {
    if (this.#context.trace === undefined) return 0
    const isShown = this.#segment.steps.every(({ id }) => (this.#shown.get(id) ?? 0) >= shownRows)
    return isShown ? 0 : shownRows
  }
}
