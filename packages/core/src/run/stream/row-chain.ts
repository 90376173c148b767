import type { OperatorContext } from '../../contracts/operator.js'
import type { Row, RowId } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { BatchCollector, type BatchOutcome } from './batch-collector.js'
import { callOperator, shareCalls } from './call-operator.js'
import type { ChainEvents, RowChainOptions } from './chain-events.js'
import { DropFacts } from './dropping-context.js'
import { allChildren, childOf } from './flat-map-children.js'
import { Rejections } from './rejections.js'
import type { RowInWork } from './row-in-work.js'
import { type ChainLink, linkSteps, type RowStep, type SideBySide } from './row-step.js'
import { runSideBySide, type SideBySideResult } from './side-by-side.js'
import { StepContexts } from './step-contexts.js'
import { isPromise } from './step-result.js'
import type { RowsElsewhere } from './steps-elsewhere.js'

/** A step that is called with one row at a time. */
type RowCall = Exclude<RowStep, { kind: 'mapBatches' }>

/** Takes rows through the steps of a stage, each as far as it can go on its own. */
export class RowChain {
  readonly #options: RowChainOptions
  readonly #events: ChainEvents
  readonly #links: readonly ChainLink[]
  readonly #collectors: readonly (BatchCollector | undefined)[]
  readonly #workers: readonly (RowsElsewhere | undefined)[]
  readonly #drops = new DropFacts()
  readonly #contexts: StepContexts
  readonly #rejections: Rejections

  constructor(options: RowChainOptions, events: ChainEvents) {
    shareCalls()
    const { signal, run, params } = options
    this.#options = options
    this.#events = events
    this.#contexts = new StepContexts(options)
    this.#rejections = new Rejections(options, events)
    this.#links = linkSteps(options.steps)
    this.#collectors = this.#links.map((link, index) =>
      link.kind === 'mapBatches'
        ? new BatchCollector(link, { signal, run, params }, (work, outcome) =>
            this.#batchRowDone(link, work, outcome, index),
          )
        : undefined,
    )
    this.#workers = this.#links.map((link, index) =>
      link.kind === 'workers'
        ? link.open(options, {
            passed: (work, row) => this.#continue(work, row, index + 1),
            rejected: (step, leaf, row, error) => this.#rejections.record(step, leaf, row, error),
            split: (entry, leaves) =>
              events.branched(
                entry,
                leaves.map((child) => ({ ...child, from: index + 1 })),
              ),
            failed: events.failed,
          })
        : undefined,
    )
  }

  /** Takes a row from a link of the chain to the end, or to the point where it has to wait. */
  advance(work: RowInWork, from: number): void {
    for (let index = from; index < this.#links.length; index++) {
      const link = this.#links[index] as ChainLink
      if (link.kind === 'sideBySide') {
        void this.#runSideBySide(link, work, index)
        return
      }
      if (link.kind === 'workers') {
        this.#workers[index]?.add(work)
        return
      }
      if (link.where !== undefined) {
        const takesPart = this.#takesPart(link, link.where, work)
        if (takesPart === undefined) return
        if (!takesPart) continue
      }
      link.counter.enter(work.id)
      if (link.kind === 'mapBatches') {
        this.#collectors[index]?.add(work)
        return
      }
      if (link.gate !== undefined) {
        link.gate.enter(() => this.#resume(link, work, index))
        return
      }
      const next = this.#call(link, work, index)
      if (next === undefined) return
      work.row = next
    }
    work.leaf.id = work.id
    work.leaf.row = work.row
    this.#events.leafDone(work.entry)
  }

  /** Whether a step works on a row, which otherwise passes it by. @returns undefined if the condition has failed */
  #takesPart(step: RowStep, where: (row: Row) => boolean, work: RowInWork): boolean | undefined {
    try {
      if (where(work.row)) return true
    } catch (error) {
      step.counter.enter(work.id)
      this.#reject(step, work, error)
      return undefined
    }
    step.counter.passBy()
    work.leaf.passedBy ??= []
    work.leaf.passedBy.push(step.id)
    this.#options.trace?.(step.id, work.id, work.row)
    return false
  }

  /** Takes a row on that has left a step. */
  #continue(work: RowInWork, row: Row, from: number): void {
    work.row = row
    this.advance(work, from)
  }

  /**
   * Sends incomplete batches when no further row will arrive: to workers without work, and, when every row in progress
   * waits for its batch to fill, the first batch.
   */
  flushWhenIdle(rowsInWork: number): void {
    for (const workers of this.#workers) workers?.flush()
    const waiting = this.#collectors.filter((collector) => collector !== undefined && collector.waiting > 0)
    const rows = waiting.reduce((sum, collector) => sum + (collector?.waiting ?? 0), 0)
    if (rows >= rowsInWork) waiting[0]?.flush()
  }

  dispose(): void {
    for (const collector of this.#collectors) collector?.dispose()
    for (const workers of this.#workers) workers?.dispose()
  }

  /** A row whose turn has come at a step that bounds its calls. */
  #resume(step: RowCall, work: RowInWork, index: number): void {
    const row = this.#call(step, work, index)
    if (row !== undefined) this.#continue(work, row, index + 1)
  }

  /** Calls the operator. @returns the row to continue with, or undefined if this leaf does not continue now */
  #call(step: RowCall, work: RowInWork, index: number): Row | undefined {
    const { gate, checks } = step
    const isChecked = checks?.takes() ?? false
    const given = checks?.copyFor(work.row, isChecked) ?? { ...work.row }
    const checked = isChecked ? given : undefined
    const context = this.#contexts.of(step, work.id)
    let result: unknown
    try {
      result = callOperator(step.run, given, context)
      if (step.kind === 'flatMap') result = allChildren(step.id, result)
    } catch (error) {
      this.#reject(step, work, error)
      gate?.leave()
      return undefined
    }
    if (!isPromise(result)) {
      const next = this.#take(step, work, result, index, checked, context)
      gate?.leave()
      return next
    }
    // The query of a database begins anew with each `then`.
    const ended = Promise.resolve(result)
    ended.then(
      (value) => this.#settle(step, work, value, index, checked, context),
      (error) => this.#reject(step, work, error),
    )
    if (gate !== undefined) ended.then(gate.leave, gate.leave)
    return undefined
  }

  #settle(
    step: RowStep,
    work: RowInWork,
    result: unknown,
    index: number,
    given: Row | undefined,
    context?: OperatorContext,
  ): void {
    if (this.#options.signal.aborted) return
    const row = this.#take(step, work, result, index, given, context)
    if (row !== undefined) this.#continue(work, row, index + 1)
  }

  /**
   * Interprets the result of a step.
   *
   * @param given What the operator got, if the row is checked.
   * @param context The context of the call, which knows why the operator drops the row.
   * @returns the row to continue with, or undefined if this leaf does not continue alone
   */
  #take(
    step: RowStep,
    work: RowInWork,
    result: unknown,
    index: number,
    given: Row | undefined,
    context: OperatorContext | undefined,
  ): Row | undefined {
    if (step.kind === 'flatMap') {
      this.#branchOut(step, work, result as readonly Row[], index, given, context)
      return undefined
    }
    if (step.kind === 'filter') {
      if (typeof result !== 'boolean') return this.#unexpected(step, work, 'true or false', result)
      if (given !== undefined && !this.#isSound(step, work, given, [])) return undefined
      if (result) return this.#passed(step, work.id, work.row)
      step.counter.dropped++
      work.leaf.lost = this.#drops.fact(step.id, context)
      this.#events.leafDone(work.entry)
      return undefined
    }
    if (typeof result !== 'object' || result === null || Array.isArray(result))
      return this.#unexpected(step, work, 'a row (an object of columns)', result)
    if (given !== undefined && !this.#isSound(step, work, given, [result as Row])) return undefined
    return this.#passed(step, work.id, result as Row)
  }

  /** Whether a checked row and its results are as the operator declares; if they are not, the run ends. */
  #isSound(step: RowStep, work: RowInWork, given: Row, results: readonly Row[]): boolean {
    try {
      step.checks?.assert(work.id, work.row, given, results)
      return true
    } catch (error) {
      this.#reject(step, work, error)
      return false
    }
  }

  #unexpected(step: RowStep, work: RowInWork, expected: string, result: unknown): undefined {
    const found = describeValue(result)
    this.#reject(step, work, maestroError('MAESTRO_STEP_RESULT', { step: step.id, expected, found }))
  }

  #passed(step: RowStep, id: RowId, row: Row): Row {
    step.counter.rowsOut++
    this.#options.trace?.(step.id, id, row)
    return row
  }

  /**
   * The children of a flatMap: each becomes a leaf of its own, in the given order. They take the place of their parent.
   */
  #branchOut(
    step: RowStep,
    work: RowInWork,
    rows: readonly Row[],
    index: number,
    given: Row | undefined,
    context: OperatorContext | undefined,
  ): void {
    const { entry, leaf } = work
    if (given !== undefined && !this.#isSound(step, work, given, rows)) return
    step.counter.rowsOut += rows.length
    if (rows.length === 0) {
      step.counter.dropped++
      leaf.lost = this.#drops.fact(step.id, context)
    } else step.counter.created += rows.length - 1
    const children = rows.map((row, k) => childOf(work, step.id, k, row, index + 1))
    for (const child of children) this.#options.trace?.(step.id, child.id, child.row)
    leaf.children = children.length === 0 ? undefined : children.map((child) => child.leaf)
    this.#events.branched(entry, children)
  }

  #batchRowDone(step: RowStep, work: RowInWork, outcome: BatchOutcome, index: number): void {
    if ('error' in outcome) this.#reject(step, work, outcome.error)
    else this.#settle(step, work, outcome.row, index, outcome.given)
  }

  async #runSideBySide(group: SideBySide, work: RowInWork, index: number): Promise<void> {
    const { id, row } = work
    for (const step of group.steps) step.counter.begin(id)
    const context = (place: number) => this.#contexts.plain(id, group.steps[place]?.id ?? '')
    this.#sideBySideDone(group.steps, work, await runSideBySide(group, row, context), index)
  }

  #sideBySideDone(steps: readonly RowStep[], work: RowInWork, result: SideBySideResult, index: number): void {
    if (this.#options.signal.aborted) return
    const { id } = work
    for (const [place, after] of result.after.entries()) {
      const step = steps[place] as RowStep
      step.counter.rowsIn++
      // A step that did not run, because a cheaper one rejected the row, counts as passed.
      if (after === undefined) step.counter.rowsOut++
      else this.#passed(step, id, after)
    }
    if (!('failed' in result)) {
      this.#continue(work, result.row, index + 1)
      return
    }
    const step = steps[result.failed] as RowStep
    step.counter.rowsIn++
    for (const later of steps.slice(result.failed + 1)) later.counter.withdraw(id)
    this.#reject(step, work, result.error)
  }

  #reject(step: RowStep, { entry, leaf, row }: RowInWork, cause: unknown): void {
    if (this.#options.signal.aborted) return
    if (this.#rejections.record(step, leaf, row, cause)) this.#events.leafDone(entry)
  }
}
