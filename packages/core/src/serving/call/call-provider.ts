import type { CallOptions, ServingBase, Usage } from '../../contracts/serving.js'
import type { RateLimits } from '../../contracts/serving-settings.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { BudgetKeeper } from '../budget/budgets.js'
import type { Spending } from '../budget/spending.js'
import { costOf } from '../cost.js'
import type { CallOutcome, Limiter } from '../limiter/limiter.js'
import type { ResolvedSettings } from '../serving-settings.js'
import type { UsageRecord } from '../usage-record.js'
import { attempt } from './attempt.js'
import { withRetries } from './retry.js'

/** What every kind of result says of what it took. */
export interface Metered {
  readonly usage?: Usage
  readonly cost?: number
  readonly rateLimits?: RateLimits
}

/** Through what the calls of one serving go. */
export interface CallPath {
  readonly serving: ServingBase
  readonly settings: ResolvedSettings
  readonly limiter: Limiter
  readonly budgets: BudgetKeeper
}

/** One question to a provider. */
export interface ProviderCall<Result extends Metered> {
  readonly options: CallOptions
  readonly record: UsageRecord
  /** Tokens that it takes at most. */
  estimate(): { readonly input: number; readonly output: number }
  ask(options: CallOptions): Promise<Result>
}

/**
 * The way of a call: budget, limiter, attempt, typed error, and again from the start when it may pass. What it took is
 * settled with the budget and noted in the record.
 *
 * @throws a typed error of the provider, MAESTRO_BUDGET_REACHED, MAESTRO_BUDGET_UNPRICED, MAESTRO_SERVING_*
 */
export function callProvider<Result extends Metered>(path: CallPath, call: ProviderCall<Result>): Promise<Result> {
  const { retries } = path.settings
  const timeouts = boundedBy(path.settings.timeouts, call.options.timeout)
  return withRetries({ retries, total: timeouts.total }, call.options.signal, () => tryOnce(path, call, timeouts))
}

/** A time-out that was given with the call bounds all of it. */
function boundedBy(timeouts: ResolvedSettings['timeouts'], given: number | undefined): ResolvedSettings['timeouts'] {
  if (given === undefined) return timeouts
  return { ...timeouts, attempt: Math.min(given, timeouts.attempt), total: Math.min(given, timeouts.total) }
}

async function tryOnce<Result extends Metered>(
  { serving, settings, limiter, budgets }: CallPath,
  { options, record, estimate, ask }: ProviderCall<Result>,
  timeouts: ResolvedSettings['timeouts'],
): Promise<Result> {
  const { name, provider = name } = serving
  const { price } = settings
  const asked = performance.now()
  const reserving = budgets.reserve(
    { run: options.run, step: options.step, provider, serving: name },
    () => {
      const { input, output } = estimate()
      const usage = { inputTokens: input, outputTokens: output }
      return { usd: costOf(usage, price), tokens: input + output, requests: 1 }
    },
    options.signal,
  )
  const reservation = reserving === undefined ? undefined : await reserving
  let spent: Spending = { usd: 0, tokens: 0, requests: 0 }
  try {
    const bounded = settings.limits.tokensPerMinute !== undefined
    const expected = bounded ? estimate() : undefined
    const permit = await limiter.acquire(
      expected === undefined ? 0 : expected.input / 3 + expected.output,
      options.signal,
    )
    const started = performance.now()
    record.waited(started - asked)
    record.begin()
    let outcome: CallOutcome | undefined
    try {
      const result = await attempt({ serving: name, timeouts, signal: options.signal }, options, ask)
      const { usage, rateLimits } = result
      const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)
      spent = { usd: record.took(usage, result.cost), tokens, requests: 1 }
      outcome = { durationMs: performance.now() - started, tokens, rateLimits }
      return result
    } catch (error) {
      spent = { usd: 0, tokens: 0, requests: 1 }
      if (MaestroError.is(error)) {
        const { rateLimits } = error.details as { rateLimits?: RateLimits }
        outcome = { durationMs: performance.now() - started, tokens: 0, error, rateLimits }
      }
      throw error
    } finally {
      permit.release(outcome ?? { durationMs: performance.now() - started, tokens: 0 })
    }
  } finally {
    reservation?.settle(spent)
  }
}
