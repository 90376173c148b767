import type { UsageTotals } from '../../contracts/report.js'

/** The usage of one serving by one step. */
export interface StepUsage {
  readonly step: string
  readonly serving: string
  readonly usage: UsageTotals
}

/** Usage that grows. */
export type GrowingUsage = { -readonly [Name in keyof UsageTotals]: UsageTotals[Name] }

export function noUsage(): GrowingUsage {
  return {
    requests: 0,
    failedRequests: 0,
    reusedAnswers: 0,
    retries: 0,
    inputTokens: 0,
    outputTokens: 0,
    cachedInputTokens: 0,
    reasoningTokens: 0,
    cost: 0,
  }
}

export function addUsageTotals(totals: GrowingUsage, other: UsageTotals): void {
  // An unknown price makes the sum unknown, not smaller.
  const cost = totals.cost === undefined || other.cost === undefined ? undefined : totals.cost + other.cost
  for (const name of Object.keys(totals) as (keyof UsageTotals)[])
    totals[name] = (totals[name] ?? 0) + (other[name] ?? 0)
  totals.cost = cost
}
