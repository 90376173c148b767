import type { Call, CallLog } from './call-log.js'
import type { CoolDown } from './cool-down.js'

/** The number of recent calls that are searched for signs of a limit. */
const looked = { rate: 128, concurrency: 256 }

/** Fewer calls of a kind are not significant. */
const least = 4
/** The standard deviations of a rank test beyond which chance is excluded. */
const deviations = 3
/**
 * The share of pairs, in which a refused call met more calls in progress, that indicates a limit of the concurrency.
 */
const certain = 0.95

/** What the recent refusals indicate. */
export class LimitSigns {
  readonly #log: CallLog
  readonly #coolDown: CoolDown

  constructor(log: CallLog, coolDown: CoolDown) {
    this.#log = log
    this.#coolDown = coolDown
  }

  get lastRefused(): Call | undefined {
    return this.#log.find(this.#coolDown.lastRefused)
  }

  /** The number of calls in progress that the provider seems to admit; undefined if refusals do not depend on it. */
  concurrency(): number | undefined {
    const calls = this.#log.last(looked.concurrency)
    return concurrencyLimitIn(calls, this.#settledAt(calls))
  }

  /** Whether refusals depend on the rate. @param after The last call before those that count. */
  showRate(after: number): boolean {
    const calls = this.#log.last(looked.rate, after)
    return showRateLimit(calls, this.#settledAt(calls))
  }

  #settledAt(calls: readonly Call[]): number {
    return this.#coolDown.settledAt(calls.at(-1)?.sentAt ?? 0)
  }
}

/**
 * Whether refusals indicate a limit of the rate: refused calls then followed the last admitted call sooner than
 * admitted calls did. Random refusals depend on nothing. Uses the rank test of Mann and Whitney (1947).
 *
 * @param calls In the order in which they were sent.
 * @param settledAt A call that was sent before this time and is still in progress was admitted, because refusals are
 *   quick.
 */
function showRateLimit(calls: readonly Call[], settledAt: number): boolean {
  const refused: number[] = []
  const admitted: number[] = []
  let last: number | undefined
  for (const { state, sentAt } of calls) {
    const isAdmitted = state === 'admitted' || (state === 'open' && sentAt < settledAt)
    if (last !== undefined) {
      if (state === 'refused') refused.push(sentAt - last)
      else if (isAdmitted) admitted.push(sentAt - last)
    }
    if (isAdmitted) last = sentAt
  }
  const [m, n] = [refused.length, admitted.length]
  if (m < least || n < least) return false
  const smaller = m * n - pairsAbove(refused, admitted, 0.5)
  return smaller - (m * n) / 2 > deviations * Math.sqrt((m * n * (m + n + 1)) / 12)
}

/**
 * The number of calls in progress that a provider admits, if refusals indicate such a limit: nearly all refused calls
 * then met more calls in progress than admitted calls did.
 */
function concurrencyLimitIn(calls: readonly Call[], settledAt: number): number | undefined {
  const from = calls.findIndex(({ state }) => state === 'refused')
  if (from < 0) return undefined
  const seen = calls.slice(from)
  const underWay = (call: Call) => calls.filter((other) => isUnderWay(other, call)).length
  const refused = seen.filter(({ state }) => state === 'refused').map(underWay)
  const admitted = seen
    .filter(({ state, sentAt }) => state === 'admitted' || (state === 'open' && sentAt < settledAt))
    .map(underWay)
  if (refused.length < least || admitted.length < least) return undefined
  if (pairsAbove(refused, admitted, 0) < certain * refused.length * admitted.length) return undefined
  refused.sort((one, other) => one - other)
  return Math.max(1, refused[Math.floor(refused.length / 4)] ?? 1)
}

const isUnderWay = (other: Call, call: Call): boolean =>
  other.state !== 'refused' && other.id < call.id && other.endedAt > call.sentAt

/** The number of pairs in which the first number is larger. @param equal The value of a pair of equal numbers. */
function pairsAbove(ones: readonly number[], others: readonly number[], equal: number): number {
  let above = 0
  for (const one of ones) for (const other of others) above += one > other ? 1 : one === other ? equal : 0
  return above
}
