import type {
  BudgetAmounts,
  BudgetExchange,
  BudgetGrant,
  LimitExchange,
  LimitGrant,
  SharedLimitPlace,
  SharedLimits,
} from '@maestro-dataflow/core'

/** How far rates may run ahead, and how soon a call looks again when too many are in progress. */
const slackMs = 500
const busyWaitMs = 50

interface ModelState {
  requestsPaidAt: number
  tokensPaidAt: number
  readonly holders: Map<string, { readonly calls: number; readonly expiresAt: number }>
}

interface Holding {
  spent: BudgetAmounts
  held: BudgetAmounts
  expiresAt: number
}

interface BudgetState {
  base: BudgetAmounts
  readonly holders: Map<string, Holding>
}

const units = ['usd', 'tokens', 'requests'] as const
const nothing: BudgetAmounts = { usd: 0, tokens: 0, requests: 0 }

/**
 * Shared limits in this process, for tests of what uses them: the reference of what the suite for shared limits demands.
 */
export function memorySharedLimits(): SharedLimits {
  const models = new Map<string, ModelState>()
  const penalties = new Map<string, number>()
  const budgets = new Map<string, BudgetState>()
  return {
    exchange: async (place, exchange) => {
      const key = JSON.stringify([place.account, place.model])
      const model = models.get(key) ?? { requestsPaidAt: 0, tokensPaidAt: 0, holders: new Map() }
      models.set(key, model)
      return exchangeLimits(model, penalties, place, structuredClone(exchange))
    },
    spend: async (exchange) => {
      const states = exchange.parts.map(({ scope }) => {
        const key = JSON.stringify([exchange.run, scope])
        const budget = budgets.get(key) ?? { base: nothing, holders: new Map() }
        budgets.set(key, budget)
        return budget
      })
      return spendBudgets(states, structuredClone(exchange))
    },
    dispose: async () => undefined,
  }
}

function exchangeLimits(
  model: ModelState,
  penalties: Map<string, number>,
  { account }: SharedLimitPlace,
  { holder, leaseMs, limits, inFlight, tokens, penaltyMs, calls }: LimitExchange,
): LimitGrant {
  const now = Date.now()
  for (const [name, { expiresAt }] of model.holders) if (expiresAt <= now) model.holders.delete(name)
  const penalty = Math.max(penalties.get(account) ?? 0, penaltyMs > 0 ? now + penaltyMs : 0)
  penalties.set(account, penalty)
  const unitMs = (perMinute: number | undefined) => (perMinute === undefined ? 0 : (60_000 + slackMs) / perMinute)
  const requestMs = unitMs(limits.requestsPerMinute)
  const tokenMs = unitMs(limits.tokensPerMinute)
  if (tokens !== 0) model.tokensPaidAt = Math.max(model.tokensPaidAt, now) + tokens * tokenMs
  const others = [...model.holders].filter(([name]) => name !== holder)
  let atOnce = others.reduce((sum, [, one]) => sum + one.calls, inFlight)
  let granted = 0
  let waitMs = 0
  for (const amount of calls) {
    waitMs = Math.max(
      penalty - now,
      requestMs === 0 ? 0 : model.requestsPaidAt - slackMs - now,
      tokenMs === 0 ? 0 : model.tokensPaidAt - slackMs - now,
      atOnce >= (limits.concurrency ?? Number.POSITIVE_INFINITY) ? busyWaitMs : 0,
      0,
    )
    if (waitMs > 0) break
    granted++
    atOnce++
    model.requestsPaidAt = Math.max(model.requestsPaidAt, now) + requestMs
    model.tokensPaidAt = Math.max(model.tokensPaidAt, now) + amount * tokenMs
  }
  model.holders.set(holder, { calls: inFlight + granted, expiresAt: now + leaseMs })
  return { granted, waitMs, penaltyMs: Math.max(0, penalty - now), holders: model.holders.size }
}

function spendBudgets(budgets: readonly BudgetState[], { holder, leaseMs, parts, next }: BudgetExchange): BudgetGrant {
  const now = Date.now()
  let granted = true
  let holders = 1
  const states = parts.map(({ cap, atLeast, spent, held }, index) => {
    const budget = budgets[index] ?? { base: nothing, holders: new Map<string, Holding>() }
    for (const one of budget.holders.values()) {
      if (one.expiresAt > now) continue
      one.spent = added(one.spent, one.held)
      one.held = nothing
    }
    const known = total(budget, 'spent')
    budget.base = amounts((unit) => budget.base[unit] + Math.max(0, atLeast[unit] - known[unit]))
    budget.holders.set(holder, { spent, held, expiresAt: now + leaseMs })
    const state = { spent: total(budget, 'spent'), held: total(budget, 'held') }
    for (const unit of units)
      if (state.spent[unit] + state.held[unit] + next[unit] > (cap[unit] ?? Number.POSITIVE_INFINITY)) granted = false
    holders = Math.max(holders, [...budget.holders.values()].filter(({ expiresAt }) => expiresAt > now).length)
    return state
  })
  if (granted)
    for (const budget of budgets) {
      const own = budget.holders.get(holder)
      if (own !== undefined) own.held = added(own.held, next)
    }
  return { granted, states, holders }
}

function total({ base, holders }: BudgetState, kind: 'spent' | 'held'): BudgetAmounts {
  return [...holders.values()].reduce((sum, one) => added(sum, one[kind]), kind === 'spent' ? base : nothing)
}

const added = (one: BudgetAmounts, other: BudgetAmounts) => amounts((unit) => one[unit] + other[unit])
const amounts = (of: (unit: (typeof units)[number]) => number): BudgetAmounts => ({
  usd: of('usd'),
  tokens: of('tokens'),
  requests: of('requests'),
})
