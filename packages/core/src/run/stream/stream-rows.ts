import type { Row, RowId } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { OperatorContext } from '../../operator/operator.js'
import { BatchCollector, type Waiting } from './batch-collector.js'
import { childrenOf } from './flat-map-children.js'
import { type Entry, type Leaf, OrderedWindow } from './ordered-window.js'
import { type ChainLink, linkSteps, type RowStep } from './row-step.js'
import { runSideBySide } from './side-by-side.js'
import { toStepError } from './step-result.js'

/** A row as it leaves a step; for previews. */
export type TraceRow = (step: string, id: RowId, row: Row) => void

export interface RowStreamOptions {
  readonly steps: readonly RowStep[]
  /** Rows that may be in work at once; the children of a flatMap count each. */
  readonly rowsInFlight: number
  /** Bytes of rows in work, and again of finished rows that wait for an earlier one. */
  readonly bytesInFlight: number
  readonly spillPath: string
  readonly run: string
  /** What function steps get as `params`. */
  readonly params: unknown
  /** Stops the stream; operators get a signal that also fires when the stream fails. */
  readonly signal: AbortSignal
  /** Takes the rows that come out, in order. A promise holds the stream back until it is done. */
  readonly emit: (ids: RowId[], rows: Row[]) => void | Promise<void>
  /** Takes a row that a step could not process. An error it throws stops the stream. */
  readonly reject: (step: RowStep, rowId: RowId, row: Row, error: MaestroError) => void
  readonly trace?: TraceRow | undefined
}

const outputBatch = 1024

/** A child of a flatMap that waits until there is room for it. */
interface Child {
  readonly entry: Entry
  readonly leaf: Leaf
  readonly row: Row
  /** The link of the chain it starts at. */
  readonly from: number
}

/**
 * Streams rows through a chain of row steps. A row goes on as soon as its own step is done: a slow call holds up
 * neither the calls beside it nor the steps after them. Rows leave in the order in which they came.
 */
export class RowStream {
  readonly #options: RowStreamOptions
  readonly #links: readonly ChainLink[]
  readonly #collectors: readonly (BatchCollector | undefined)[]
  readonly #window: OrderedWindow
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  #inWork = 0
  #unfinishedBytes = 0
  #children: Child[] = []
  #nextChild = 0
  #startingChildren = false
  #failure: unknown
  #failed = false
  #ids: RowId[] = []
  #rows: Row[] = []
  #writing: Promise<void> | undefined
  #feeding = false
  #flushScheduled: NodeJS.Immediate | undefined
  #wake: (() => void) | undefined

  constructor(options: RowStreamOptions) {
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal])
    this.#links = linkSteps(options.steps)
    this.#collectors = this.#links.map((link, index) =>
      link.kind === 'mapBatches'
        ? new BatchCollector(
            link,
            { signal: this.#signal, run: options.run, params: options.params },
            (done, outcome) => this.#batchRowDone(index, done, outcome),
          )
        : undefined,
    )
    this.#window = new OrderedWindow(options.bytesInFlight, options.spillPath)
    if (options.signal.aborted) this.#onAbort()
    else options.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Fires when the stream is stopped or has failed: nothing more is wanted then. */
  get signal(): AbortSignal {
    return this.#signal
  }

  /** Sends a batch into the chain. A promise means: wait before the next. @throws what stopped the stream */
  feed(ids: readonly RowId[], rows: readonly Row[], bytes: number): void | Promise<void> {
    return this.#feedFrom(0, ids, rows, rows.length === 0 ? 0 : bytes / rows.length)
  }

  #feedFrom(start: number, ids: readonly RowId[], rows: readonly Row[], bytesEach: number): void | Promise<void> {
    this.#feeding = true
    for (let index = start; index < rows.length; index++) {
      if (this.#failed) throw this.#failure
      this.#enter(ids[index] as RowId, rows[index] as Row, bytesEach)
      if (this.#isFull()) {
        this.#feeding = false
        return this.#whenRoom().then(() => this.#feedFrom(index + 1, ids, rows, bytesEach))
      }
    }
    this.#feeding = false
    this.#flush()
    if (this.#failed) throw this.#failure
    return this.#writing
  }

  /** Waits until every row has left. @throws what stopped the stream */
  async finish(): Promise<void> {
    while (!this.#failed && this.#window.size > 0) {
      this.#flushCollectorsWhenIdle()
      if (this.#window.size > 0) await this.#nextChange()
    }
    this.#flush()
    await this.#writing
    if (this.#failed) throw this.#failure
  }

  /** Stops all work that is still going on and frees what the stream holds. No output is written to afterwards. */
  async dispose(): Promise<void> {
    if (!this.#failed) this.#fail(maestroError('MAESTRO_RUN_ABORTED', {}))
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    for (const collector of this.#collectors) collector?.dispose()
    this.#window.dispose()
    clearImmediate(this.#flushScheduled)
    await this.#writing
  }

  readonly #onAbort = (): void => {
    this.#fail(maestroError('MAESTRO_RUN_ABORTED', {}, this.#options.signal.reason))
  }

  #enter(id: RowId, row: Row, bytes: number): void {
    const entry: Entry = { id, row: undefined, children: undefined, pending: 1, bytes, held: 0, spilled: undefined }
    this.#inWork++
    this.#unfinishedBytes += bytes
    this.#window.push(entry)
    this.#advance(entry, entry, id, row, 0)
  }

  /** Takes a row from a link of the chain to the end, or to where it has to wait. */
  #advance(entry: Entry, leaf: Leaf, id: RowId, start: Row, from: number): void {
    let row = start
    for (let index = from; index < this.#links.length; index++) {
      const link = this.#links[index] as ChainLink
      if (link.kind === 'sideBySide') {
        const context = (step: number) => this.#context(id, link.steps[step]?.id ?? '')
        for (const step of link.steps) step.counter.begin(id)
        void runSideBySide(link, row, context).then((result) =>
          this.#sideBySideDone(link.steps, entry, leaf, id, row, result, index),
        )
        return
      }
      link.counter.enter(id)
      if (link.kind === 'mapBatches') {
        ;(this.#collectors[index] as BatchCollector).add({ entry, leaf, id, row })
        return
      }
      let result: unknown
      try {
        result = link.run(row, this.#context(id, link.id))
      } catch (error) {
        this.#reject(link, entry, id, row, error)
        return
      }
      if (isPromise(result)) {
        const waiting = row
        result.then(
          (value) => this.#settle(link, entry, leaf, id, waiting, value, index),
          (error) => this.#reject(link, entry, id, waiting, error),
        )
        return
      }
      const next = this.#take(link, entry, leaf, id, row, result, index)
      if (next === undefined) return
      row = next
    }
    leaf.id = id
    leaf.row = row
    this.#leafDone(entry)
  }

  #settle(link: RowStep, entry: Entry, leaf: Leaf, id: RowId, row: Row, result: unknown, index: number): void {
    if (this.#failed) return
    const next = this.#take(link, entry, leaf, id, row, result, index)
    if (next !== undefined) this.#advance(entry, leaf, id, next, index + 1)
  }

  /** What a step's result means: the row to go on with, or undefined when this leaf goes no further on its own. */
  #take(link: RowStep, entry: Entry, leaf: Leaf, id: RowId, row: Row, result: unknown, index: number): Row | undefined {
    if (link.kind === 'filter') {
      if (typeof result !== 'boolean') {
        this.#reject(
          link,
          entry,
          id,
          row,
          maestroError('MAESTRO_STEP_RESULT', {
            step: link.id,
            expected: 'true or false',
            found: describeValue(result),
          }),
        )
        return undefined
      }
      if (result) return this.#passed(link, id, row)
      link.counter.dropped++
      this.#leafDone(entry)
      return undefined
    }
    if (link.kind === 'flatMap') {
      this.#branchOut(link, entry, leaf, id, row, result, index)
      return undefined
    }
    if (typeof result !== 'object' || result === null || Array.isArray(result)) {
      this.#reject(
        link,
        entry,
        id,
        row,
        maestroError('MAESTRO_STEP_RESULT', {
          step: link.id,
          expected: 'a row (an object of columns)',
          found: describeValue(result),
        }),
      )
      return undefined
    }
    return this.#passed(link, id, result as Row)
  }

  #passed(link: RowStep, id: RowId, row: Row): Row {
    link.counter.rowsOut++
    this.#options.trace?.(link.id, id, row)
    return row
  }

  /** A flatMap's children: each a leaf of its own, in the order given. They take the place of their parent. */
  #branchOut(link: RowStep, entry: Entry, leaf: Leaf, id: RowId, row: Row, result: unknown, index: number): void {
    const fan = (children: readonly Row[]): void => {
      if (this.#failed) return
      link.counter.rowsOut += children.length
      if (children.length === 0) link.counter.dropped++
      else link.counter.created += children.length - 1
      leaf.children = children.map((child, k): Leaf => {
        const childLeaf: Leaf = { id: `${id}/${link.id}/${k}`, row: undefined, children: undefined }
        this.#options.trace?.(link.id, childLeaf.id, child)
        this.#children.push({ entry, leaf: childLeaf, row: child, from: index + 1 })
        return childLeaf
      })
      entry.pending += children.length
      this.#leafDone(entry)
    }
    try {
      const children = childrenOf(link.id, result)
      if (isPromise(children)) children.then(fan, (error) => this.#reject(link, entry, id, row, error))
      else fan(children)
    } catch (error) {
      this.#reject(link, entry, id, row, error)
    }
  }

  /** Sends waiting children on while there is room for them. */
  #startChildren(): void {
    if (this.#startingChildren) return
    this.#startingChildren = true
    while (this.#nextChild < this.#children.length && this.#inWork < this.#options.rowsInFlight && !this.#failed) {
      const { entry, leaf, row, from } = this.#children[this.#nextChild] as Child
      this.#nextChild++
      if (this.#nextChild === this.#children.length) {
        this.#children = []
        this.#nextChild = 0
      }
      this.#inWork++
      this.#advance(entry, leaf, leaf.id, row, from)
    }
    this.#startingChildren = false
  }

  #batchRowDone(
    index: number,
    waiting: Waiting,
    outcome: { readonly row: unknown } | { readonly error: unknown },
  ): void {
    if (this.#failed) return
    const link = this.#links[index] as RowStep
    const { entry, leaf, id, row } = waiting
    if ('error' in outcome) this.#reject(link, entry, id, row, outcome.error)
    else this.#settle(link, entry, leaf, id, row, outcome.row, index)
  }

  #sideBySideDone(
    steps: readonly RowStep[],
    entry: Entry,
    leaf: Leaf,
    id: RowId,
    row: Row,
    result: Awaited<ReturnType<typeof runSideBySide>>,
    index: number,
  ): void {
    if (this.#failed) return
    for (const [place, after] of result.after.entries()) {
      const step = steps[place] as RowStep
      step.counter.rowsIn++
      step.counter.rowsOut++
      this.#options.trace?.(step.id, id, after)
    }
    if ('failed' in result) {
      const step = steps[result.failed] as RowStep
      step.counter.rowsIn++
      for (const later of steps.slice(result.failed + 1)) later.counter.withdraw(id)
      this.#reject(step, entry, id, row, result.error)
      return
    }
    this.#advance(entry, leaf, id, result.row, index + 1)
  }

  #reject(step: RowStep, entry: Entry, id: RowId, row: Row, cause: unknown): void {
    if (this.#failed) return
    const error = toStepError(cause, step.id, id)
    step.counter.fail(id)
    if (step.onError === 'fail' || error.stopsRun) {
      this.#fail(error)
      return
    }
    try {
      this.#options.reject(step, id, row, error)
    } catch (stopped) {
      this.#fail(stopped)
      return
    }
    this.#leafDone(entry)
  }

  #leafDone(entry: Entry): void {
    this.#inWork--
    entry.pending--
    if (entry.pending === 0) {
      this.#unfinishedBytes -= entry.bytes
      try {
        this.#window.finished(entry)
        this.#window.drain(this.#emitRow)
      } catch (error) {
        this.#fail(error)
        return
      }
    }
    if (this.#children.length > 0) this.#startChildren()
    if (this.#feeding) return
    // Answers that arrive together are handed on together.
    this.#flushScheduled ??= setImmediate(() => {
      this.#flushScheduled = undefined
      this.#flush()
    })
    this.#signalChange()
  }

  readonly #emitRow = (id: RowId, row: Row): void => {
    this.#ids.push(id)
    this.#rows.push(row)
    if (this.#rows.length >= outputBatch) this.#flush()
  }

  /** Hands gathered rows on; writes follow each other. */
  #flush(): void {
    if (this.#rows.length === 0 || this.#failed) return
    const ids = this.#ids
    const rows = this.#rows
    this.#ids = []
    this.#rows = []
    const write = async (before: Promise<void>) => {
      await before
      if (!this.#failed) await this.#options.emit(ids, rows)
    }
    if (this.#writing === undefined) {
      let result: void | Promise<void>
      try {
        result = this.#options.emit(ids, rows)
      } catch (error) {
        this.#fail(error)
        return
      }
      if (result !== undefined) this.#track(result)
      return
    }
    this.#track(write(this.#writing))
  }

  #track(write: Promise<void>): void {
    const tracked = write.then(
      () => {
        if (this.#writing === tracked) this.#writing = undefined
        this.#signalChange()
      },
      (error) => {
        if (this.#writing === tracked) this.#writing = undefined
        this.#fail(error)
      },
    )
    this.#writing = tracked
  }

  #isFull(): boolean {
    const { rowsInFlight, bytesInFlight } = this.#options
    return this.#inWork >= rowsInFlight || (this.#unfinishedBytes >= bytesInFlight && this.#inWork > 0)
  }

  async #whenRoom(): Promise<void> {
    while (!this.#failed && this.#isFull()) {
      this.#flushCollectorsWhenIdle()
      if (this.#isFull()) await this.#nextChange()
    }
    if (this.#failed) throw this.#failure
  }

  /** When every row in work waits for company in a batch, none will come: the first batch goes as it is. */
  #flushCollectorsWhenIdle(): void {
    const waiting = this.#collectors.filter((collector) => collector !== undefined && collector.waiting > 0)
    const rows = waiting.reduce((sum, collector) => sum + (collector?.waiting ?? 0), 0)
    if (rows >= this.#inWork) waiting[0]?.flush()
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #signalChange(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure = error
    this.#stop.abort(error)
    this.#signalChange()
  }

  #context(rowId: RowId, step: string): OperatorContext {
    return {
      rowId,
      signal: this.#signal,
      step,
      run: this.#options.run,
      params: this.#options.params,
    } as OperatorContext
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
