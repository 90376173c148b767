import type { Range, StepEstimate } from '../../contracts/estimate.js'
import type { RequestDoneEvent, ServingStateEvent } from '../../contracts/events.js'
import type { Usage } from '../../contracts/serving.js'
import { meanOf, shareOf, times } from './spread.js'

/** What a request cost, either now or when its cached answer was first requested. */
interface Taken {
  readonly usage: Usage
  readonly cost?: number | undefined
}

/** What is known about the rows of a step besides the requests of the tried ones. */
export interface StepPopulation {
  /** The number of tried rows, and of all rows of which they are a choice. */
  readonly tried: number
  readonly all: number
  /** The number of different questions of the step, if all rows reach it that match its condition. */
  readonly questions: number | undefined
  /** Whether a row that is not rejected surely reaches the step, if it matches its condition. */
  readonly isReached: boolean
  /** Whether the step works only on rows that match a condition. */
  readonly isConditional: boolean
  /** Whether an earlier step works on all rows together, so that it may leave more or fewer of all than of the tried. */
  readonly isRegrouped: boolean
}

export type StepFigures = Omit<StepEstimate, 'step' | 'serving'> & { readonly seconds: Range }

/** The requests of one step to one serving while some rows were tried. */
export class StepSamples {
  readonly step: string
  readonly serving: string
  readonly provider: string
  readonly #requests: RequestDoneEvent[] = []

  constructor({ step = '', serving, provider }: RequestDoneEvent) {
    this.step = step
    this.serving = serving
    this.provider = provider
  }

  /** The number of tried rows whose requests are known. A request that failed before it was sent shows nothing. */
  get rows(): number {
    return new Set(this.#requests.map(({ rowId = '' }) => rootOf(rowId))).size
  }

  add(event: RequestDoneEvent): void {
    if (event.error?.code !== 'MAESTRO_BUDGET_REACHED' && event.error?.code !== 'MAESTRO_SERVING_ABORTED')
      this.#requests.push(event)
  }

  /** Extrapolates to all rows. @param state The pace of the serving. */
  estimate(population: StepPopulation, state: ServingStateEvent | undefined): StepFigures {
    const { tried, all, questions, isRegrouped } = population
    const units = [...Map.groupBy(this.#requests, ({ rowId = '' }) => rootOf(rowId)).values()]
    // Rows that shared an answer are one question.
    const asking = units.filter((requests) => requests.some(({ from }) => from !== 'joined'))
    const reached = Math.min(units.length, tried)
    // The questions of a step with a condition are those of the rows that match it.
    const isWhole = population.isConditional ? questions !== undefined : reached === tried
    const share = population.isReached && isWhole ? { low: 1, high: 1 } : shareOf(reached, tried, all)
    const known = questions === undefined ? undefined : Math.min(questions, all)
    const rows = known ?? all
    // Without the number of different questions, all other rows may share the answers of these, or none may.
    const fewest = known === undefined && asking.length < units.length ? asking.length / Math.max(1, reached) : 1
    const range = (of: (request: RequestDoneEvent) => number): Range => {
      const values = asking.map((requests) => requests.reduce((total, request) => total + of(request), 0))
      const done = values.reduce((total, value) => total + value, 0)
      if (tried >= all) return { low: done, high: done }
      const whole = times(times({ low: rows * fewest, high: rows }, share), meanOf(values, rows))
      return { low: isRegrouped ? done : Math.max(done, whole.low), high: Math.max(done, whole.high) }
    }
    const isUnpriced = this.#requests.some((request) => {
      const taken = takenBy(request)
      return taken !== undefined && taken.cost === undefined
    })
    const requests = rounded(range(({ from }) => (from === 'joined' || from === 'packed' ? 0 : 1)))
    return {
      requests,
      inputTokens: rounded(range((request) => takenBy(request)?.usage.inputTokens ?? 0)),
      outputTokens: rounded(range((request) => takenBy(request)?.usage.outputTokens ?? 0)),
      cost: isUnpriced ? undefined : range((request) => takenBy(request)?.cost ?? 0),
      seconds: this.#seconds(requests, state),
    }
  }

  /** The time that the calls take at the given concurrency, and at least the time that the requests per minute allow. */
  #seconds(requests: Range, state: ServingStateEvent | undefined): Range {
    const asked = this.#requests.filter(({ from }) => from === 'provider').map(({ durationMs }) => durationMs / 1000)
    const { low, high } = times(requests, meanOf(asked, requests.high))
    const beside = Math.max(1, Math.floor(state?.concurrency ?? 1))
    const pace = state?.requestsPerMinute === undefined ? 0 : 60 / state.requestsPerMinute
    return { low: Math.max(requests.low * pace, low / beside), high: Math.max(requests.high * pace, high / beside) }
  }
}

/** An answer that an earlier probe stored keeps the usage of its original request. */
function takenBy({ from, usage, cost, saved }: RequestDoneEvent): Taken | undefined {
  if (from === 'joined') return undefined
  return usage === undefined ? saved : { usage, cost }
}

/** The row that a child comes from, such as `7` of `7/2-split/0`. */
const rootOf = (rowId: string): string => rowId.split('/')[0] ?? ''

const rounded = ({ low, high }: Range): Range => ({ low: Math.floor(low + 1e-9), high: Math.ceil(high - 1e-9) })
