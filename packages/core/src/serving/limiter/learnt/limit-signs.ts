import type { Call } from './call-log.js'

/** Fewer calls of a kind show nothing. */
const least = 4
/** Standard deviations of a rank test beyond which it is no chance. */
const deviations = 3
/** The share of pairs in which a refused call met more under way, from which on a bound of concurrency is seen. */
const certain = 0.95

/**
 * Whether refusals show a limit of the rate: refused calls then came sooner after the last admitted call than admitted
 * ones did. Refusals by chance hang on nothing. By the rank test of Mann and Whitney (1947).
 *
 * @param calls In the order in which they were sent.
 * @param settledAt A call that was sent before it and is still under way was admitted: refusals are quick.
 */
export function showRateLimit(calls: readonly Call[], settledAt: number): boolean {
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
 * The calls under way that a provider admits, if refusals show such a limit: nearly all refused calls then met more
 * under way than admitted ones.
 */
export function seenConcurrencyLimit(calls: readonly Call[], settledAt: number): number | undefined {
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

/** In how many pairs the first number is larger. @param equal What a pair of equal numbers counts. */
function pairsAbove(ones: readonly number[], others: readonly number[], equal: number): number {
  let above = 0
  for (const one of ones) for (const other of others) above += one > other ? 1 : one === other ? equal : 0
  return above
}
