import type {
  BatchEvent,
  PipelinePlan,
  RejectEvent,
  RequestDoneEvent,
  ServingStateEvent,
  SourceProgressEvent,
  StepCounts,
  StepDoneEvent,
  StepStartEvent,
  Usage,
} from '@maestro-dataflow/core'
import { retriesOf } from '@maestro-dataflow/core/runtime'
import { RateMeter } from './rate-meter.js'

/** The progress of one step. */
export interface StepProgress {
  readonly id: string
  readonly state: 'waiting' | 'running' | 'done'
  /** The number of rows that the step has finished, including rejected and dropped rows. */
  readonly rows: number
  /** The expected number of rows at the end. It is an estimate unless `exact` is true. */
  readonly total: number | undefined
  readonly exact: boolean
  readonly perSecond: number | undefined
  /** The remaining time in milliseconds. */
  readonly left: number | undefined
  readonly tokens: number
  /** The tokens of prompts that were read from the prefix cache of a provider. */
  readonly cachedTokens: number
  /** The cost in dollars, or undefined if the price of a call is not known. */
  readonly cost: number | undefined
  /** The number of answers that were reused. */
  readonly reused: number
  /** The number of attempts after the first. */
  readonly retries: number
  readonly rejected: number
}

/** The state of a serving. */
export type ServingProgress = Omit<ServingStateEvent, 'coolDownMs'> & {
  /** The time in milliseconds at which the cool-down ends, or undefined if there is none. */
  readonly coolDownUntil: number | undefined
}

interface Tracked {
  readonly id: string
  readonly input: string | undefined
  /** Whether it sees all rows before it returns the first one. */
  readonly isWhole: boolean
  state: StepProgress['state']
  rows: number
  rowsOut: number
  rejected: number
  tokens: number
  cachedTokens: number
  cost: number | undefined
  reused: number
  retries: number
  meter: RateMeter | undefined
}

type Used = Pick<Usage, 'inputTokens' | 'outputTokens' | 'cachedInputTokens'> & { readonly cost?: number | undefined }

interface Total {
  readonly rows: number | undefined
  readonly exact: boolean
}

const unknown: Total = { rows: undefined, exact: false }

/** Derives the progress of each step from the events of a run. */
export class ProgressState {
  readonly #now: () => number
  readonly #steps = new Map<string, Tracked>()
  readonly #servings = new Map<string, ServingProgress>()
  #source: SourceProgressEvent | undefined

  /** @param now Returns the time in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  begin(plan: PipelinePlan): void {
    this.#steps.clear()
    this.#steps.set('source', tracked('source', undefined))
    for (const { id, input, kind } of plan.steps)
      this.#steps.set(id, tracked(id, input, kind === 'opaque' || kind === 'table'))
  }

  sourceRead(event: SourceProgressEvent): void {
    this.#source = event
    const source = this.#steps.get('source')
    if (source === undefined) return
    if (event.before !== undefined) source.rejected += event.before.rejected
    this.#start(source, event.before?.rowsIn)
    this.#moved(source, event.rows)
    source.rowsOut = event.rows - source.rejected
    if (event.done === true) source.state = 'done'
  }

  stepStarted({ step, before }: StepStartEvent): void {
    const tracked = this.#steps.get(step)
    if (tracked === undefined) return
    if (before !== undefined) {
      this.#count(tracked, before.counts)
      this.#use(tracked, before.usage)
      tracked.reused += before.usage.reusedAnswers
      tracked.retries += before.usage.retries
    }
    this.#start(tracked, tracked.rows)
    const source = this.#steps.get('source')
    if (tracked.input === 'source' && source !== undefined) this.#start(source)
  }

  rowsDone({ step, counts }: BatchEvent): void {
    const tracked = this.#steps.get(step)
    if (tracked === undefined) return
    // A step that returns its rows at the end shows how many it has read.
    if (tracked.isWhole) this.#moved(tracked, counts.rowsIn)
    else this.#count(tracked, counts)
  }

  stepDone({ step, counts }: StepDoneEvent): void {
    const tracked = this.#steps.get(step)
    if (tracked === undefined) return
    this.#count(tracked, counts)
    tracked.state = 'done'
  }

  requestDone(event: RequestDoneEvent): void {
    const { step, usage, cost, from } = event
    const tracked = this.#steps.get(step ?? '')
    if (tracked === undefined) return
    tracked.retries += retriesOf(event)
    if (from === 'cache' || from === 'joined') tracked.reused++
    if (usage === undefined) return
    this.#use(tracked, { ...usage, cost })
  }

  servingState({ coolDownMs, ...state }: ServingStateEvent): void {
    const coolDownUntil = coolDownMs === undefined ? undefined : this.#now() + coolDownMs
    this.#servings.set(state.serving, { ...state, coolDownUntil })
  }

  rowRejected({ step }: RejectEvent): void {
    const tracked = this.#steps.get(step)
    if (tracked !== undefined) tracked.rejected++
  }

  /** The source and the steps in the order of the plan. A source that was never read row by row is omitted. */
  steps(): readonly StepProgress[] {
    const shown = [...this.#steps.values()].filter((step) => step.id !== 'source' || this.#source !== undefined)
    return shown.map((step) => {
      const { id, state, tokens, cachedTokens, cost, reused, retries, rejected, meter } = step
      const total = this.#totalOf(step)
      // How many rows a database has read is an estimate.
      const rows = total.exact ? Math.min(step.rows, total.rows ?? step.rows) : step.rows
      if (state === 'running') meter?.add(this.#now(), rows)
      const perSecond = meter?.perSecond()
      const open = state === 'running' && total.rows !== undefined && perSecond !== undefined
      const left = open ? (Math.max(0, (total.rows ?? 0) - rows) * 1000) / (perSecond ?? 1) : undefined
      const usage = { tokens, cachedTokens, cost, reused, retries }
      return { id, state, rows, total: total.rows, exact: total.exact, perSecond, left, ...usage, rejected }
    })
  }

  /** The servings with calls that are in progress or waiting, and those in a cool-down. */
  servings(): readonly ServingProgress[] {
    const now = this.#now()
    return [...this.#servings.values()]
      .map((serving) => ((serving.coolDownUntil ?? now) > now ? serving : { ...serving, coolDownUntil: undefined }))
      .filter(({ inFlight, waiting, coolDownUntil }) => inFlight + waiting > 0 || coolDownUntil !== undefined)
  }

  /** @param before The number of rows that were done before. */
  #start(step: Tracked, before = 0): void {
    if (step.state === 'waiting') step.state = 'running'
    step.meter ??= new RateMeter(this.#now(), before)
  }

  #use(step: Tracked, { inputTokens, outputTokens, cachedInputTokens = 0, cost }: Used): void {
    step.tokens += inputTokens + outputTokens
    step.cachedTokens += cachedInputTokens
    step.cost = step.cost === undefined || cost === undefined ? undefined : step.cost + cost
  }

  #moved(step: Tracked, rows: number): void {
    step.rows = rows
    step.meter?.add(this.#now(), rows)
  }

  #count(step: Tracked, counts: StepCounts): void {
    const { rowsOut, rejected, dropped, merged, created } = counts
    step.rowsOut = rowsOut
    step.rejected = rejected
    this.#moved(step, rowsOut + rejected + dropped + merged - created)
  }

  /** The number of rows that enter a step: as many as leave the previous step, as far as this is known. */
  #totalOf(step: Tracked): Total {
    if (step.state === 'done') return { rows: step.rows, exact: true }
    if (step.input === undefined) return sourceTotal(this.#source)
    const before = this.#steps.get(step.input)
    if (before === undefined) return unknown
    if (before.state === 'done') return { rows: before.rowsOut, exact: true }
    const { rows, exact } = this.#totalOf(before)
    if (rows === undefined || before.rows === 0) return unknown
    const share = before.rowsOut / before.rows
    return { rows: Math.round(rows * share), exact: exact && share === 1 }
  }
}

function tracked(id: string, input: string | undefined, isWhole = false): Tracked {
  return {
    id,
    input,
    isWhole,
    state: 'waiting',
    rows: 0,
    rowsOut: 0,
    rejected: 0,
    tokens: 0,
    cachedTokens: 0,
    cost: 0,
    reused: 0,
    retries: 0,
    meter: undefined,
  }
}

/**
 * The total is the number of rows if the source knows it, or else it follows from the share of bytes that has been
 * read.
 */
function sourceTotal(source: SourceProgressEvent | undefined): Total {
  if (source === undefined) return unknown
  const { rows, rowsTotal, bytesRead = 0, bytesTotal = 0 } = source
  if (rowsTotal !== undefined) return { rows: Math.max(rows, rowsTotal), exact: false }
  // Bytes are read ahead of rows. Once all bytes are read, they no longer predict the rows to come.
  if (bytesRead === 0 || bytesRead >= bytesTotal) return unknown
  return { rows: Math.round((rows * bytesTotal) / bytesRead), exact: false }
}
