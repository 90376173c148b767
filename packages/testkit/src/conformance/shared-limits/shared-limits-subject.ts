import { randomUUID } from 'node:crypto'
import type {
  Budget,
  BudgetAmounts,
  BudgetExchange,
  BudgetGrant,
  LimitExchange,
  LimitGrant,
  SharedLimitPlace,
  SharedLimits,
} from '@maestro-dataflow/core'

/** What the cases use: two connections to one store, as two processes have them. */
export interface SharedLimitsSubject {
  readonly one: SharedLimits
  readonly other: SharedLimits
  make(): Promise<SharedLimits>
}

export const nothing: BudgetAmounts = { usd: 0, tokens: 0, requests: 0 }
const leaseMs = 10_000

/** A place that no other case uses. */
export const anyPlace = (): SharedLimitPlace => ({ account: randomUUID(), model: 'm' })

/** An exchange in which nothing is told or asked for, except for what is given. */
export function exchange(
  limits: SharedLimits,
  place: SharedLimitPlace,
  given: Partial<LimitExchange> = {},
): Promise<LimitGrant> {
  return limits.exchange(place, {
    holder: 'one',
    leaseMs,
    limits: {},
    inFlight: 0,
    tokens: 0,
    penaltyMs: 0,
    calls: [],
    ...given,
  })
}

/** An exchange about one budget. */
export function spend(
  limits: SharedLimits,
  run: string,
  cap: Budget,
  given: Partial<Omit<BudgetExchange, 'next'>> &
    Partial<{ spent: BudgetAmounts; held: BudgetAmounts; atLeast: BudgetAmounts; next: BudgetAmounts }> = {},
): Promise<BudgetGrant> {
  const { spent = nothing, held = nothing, atLeast = nothing, next = nothing, ...more } = given
  return limits.spend({
    run,
    holder: 'one',
    leaseMs,
    parts: [{ scope: 'the run', cap, atLeast, spent, held }],
    next,
    ...more,
  })
}

/** An amount of requests alone. */
export const requests = (count: number): BudgetAmounts => ({ ...nothing, requests: count })
