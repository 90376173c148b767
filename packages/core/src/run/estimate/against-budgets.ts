import type { BudgetEstimate, Range } from '../../contracts/estimate.js'
import type { Budgets } from '../../contracts/serving-settings.js'
import { sum } from './spread.js'

/** What one step spends at one provider. */
export interface ExpectedSpending {
  readonly step: string
  readonly provider: string
  readonly requests: Range
  readonly inputTokens: Range
  readonly outputTokens: Range
  readonly cost: Range | undefined
}

/** Compares what a run is expected to spend with each limit that applies to it. */
export function compareWithBudgets(
  { run, steps = {}, providers = {} }: Budgets,
  expected: readonly ExpectedSpending[],
): readonly BudgetEstimate[] {
  const scopes = [
    { scope: 'the run', budget: run, of: expected },
    ...Object.entries(steps).map(([step, budget]) => ({
      scope: `step ${step}`,
      budget,
      of: expected.filter((one) => one.step === step),
    })),
    ...Object.entries(providers).map(([provider, budget]) => ({
      scope: `provider ${provider}`,
      budget,
      of: expected.filter((one) => one.provider === provider),
    })),
  ]
  return scopes.flatMap(({ scope, budget = {}, of }) => {
    if (of.length === 0) return []
    const priced = of.flatMap(({ cost }) => (cost === undefined ? [] : [cost]))
    const spent = {
      usd: priced.length === of.length ? sum(priced) : undefined,
      tokens: sum(of.flatMap(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])),
      requests: sum(of.map(({ requests }) => requests)),
    }
    return (['usd', 'tokens', 'requests'] as const).flatMap((unit) => {
      const limit = budget[unit]
      const range = spent[unit]
      return limit === undefined || range === undefined
        ? []
        : [{ scope, unit, limit, expected: range, verdict: verdictOf(range, limit) }]
    })
  })
}

function verdictOf({ low, high }: Range, limit: number): BudgetEstimate['verdict'] {
  if (low > limit) return 'exceeds'
  return high > limit ? 'mayExceed' : 'within'
}
