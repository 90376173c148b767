import type { CallOptions, ServingBase, Usage } from '../../contracts/serving.js'
import type { RateLimits } from '../../contracts/serving-settings.js'
import { MaestroError } from '../../errors/maestro-error.js'
import type { BudgetKeeper } from '../budget/budgets.js'
import type { Spending } from '../budget/spending.js'
import { costAtMost } from '../cost.js'
import type { CallOutcome, Limiter } from '../limiter/limiter.js'
import type { ResolvedSettings } from '../serving-settings.js'
import { soundUsage } from '../sound-usage.js'
import type { UsageRecord } from '../usage-record.js'
import { attempt } from './attempt.js'
import type { MisfitStreak } from './misfit-streak.js'
import { watchOutage } from './outage.js'
import { type Queued, withRetries } from './retry.js'

/** The usage that every kind of result reports. */
export interface Metered {
  readonly usage?: Usage
  readonly cost?: number
  readonly tier?: string
  readonly rateLimits?: RateLimits
}

/** The components that the calls of one serving pass through. */
export interface CallPath {
  readonly serving: ServingBase
  /** Names the serving in events and errors. */
  readonly name: string
  readonly settings: ResolvedSettings
  readonly limiter: Limiter
  readonly misfits: MisfitStreak
  readonly budgets: BudgetKeeper
}

/** One request to a provider. */
export interface ProviderCall<Result extends Metered> {
  readonly options: CallOptions
  readonly record: UsageRecord
  /** The maximum tokens of the call. */
  estimate(): { readonly input: number; readonly output: number }
  ask(options: CallOptions): Promise<Result>
}

/**
 * Sends a request through the budget, the limiter, an attempt, and the conversion to typed errors, and retries it if
 * the failure may be temporary. It settles the usage with the budget and adds it to the record.
 *
 * @throws a typed error of the provider, MAESTRO_BUDGET_REACHED, MAESTRO_BUDGET_UNPRICED, MAESTRO_SERVING_*
 */
export function callProvider<Result extends Metered>(path: CallPath, call: ProviderCall<Result>): Promise<Result> {
  const { name, settings, limiter, misfits } = path
  const timeouts = boundedBy(settings.timeouts, call.options.timeout)
  const { total, outage } = timeouts
  return withRetries(
    { retries: settings.retries, total },
    call.options.signal,
    (queued) => misfits.watch(() => tryOnce(path, call, timeouts, queued)),
    watchOutage(name, outage, limiter, misfits, call.options.run),
  )
}

/** A time-out of the request limits all attempts together. */
function boundedBy(timeouts: ResolvedSettings['timeouts'], given: number | undefined): ResolvedSettings['timeouts'] {
  if (given === undefined) return timeouts
  const { attempt, total, outage } = timeouts
  return {
    ...timeouts,
    attempt: Math.min(given, attempt),
    total: Math.min(given, total),
    outage: Math.min(given, outage),
  }
}

/** The average number of bytes per token. The estimate of a prompt is its bytes. */
const bytesOfToken = 3

async function tryOnce<Result extends Metered>(
  { serving, name, settings, limiter, budgets }: CallPath,
  { options, record, estimate, ask }: ProviderCall<Result>,
  timeouts: ResolvedSettings['timeouts'],
  queued: Queued,
): Promise<Result> {
  const { provider = name, tier } = serving
  const { price } = settings
  const asked = performance.now()
  let estimated: ReturnType<typeof estimate> | undefined
  const most = () => {
    estimated ??= estimate()
    return estimated
  }
  const reserving = budgets.reserve(
    { run: options.run, step: options.step, provider, serving: name },
    () => {
      const { input, output } = most()
      const usage = { inputTokens: input, outputTokens: output }
      // A request may be answered in the standard tier instead.
      return { usd: costAtMost(usage, price, tier), tokens: input + output, requests: 1 }
    },
    options.signal,
  )
  const reservation = reserving === undefined ? undefined : await reserving
  let spent: Spending = { usd: 0, tokens: 0, requests: 0 }
  try {
    const { input, output } = most()
    const permit = await limiter.acquire(input / bytesOfToken + output, options.signal)
    const started = performance.now()
    queued(started - asked)
    record.waited(started - asked)
    record.begin()
    let outcome: CallOutcome | undefined
    try {
      const given = await attempt({ serving: name, timeouts, signal: options.signal }, options, ask)
      const usage =
        given.usage &&
        soundUsage(given.usage, () => ({ inputTokens: Math.ceil(input / bytesOfToken), outputTokens: 0 }))
      const result = usage === given.usage ? given : { ...given, usage }
      const { rateLimits } = result
      const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)
      spent = { usd: record.took(usage, result.cost, result.tier), tokens, requests: 1 }
      outcome = { durationMs: performance.now() - started, tokens, rateLimits }
      return result
    } catch (error) {
      spent = { usd: 0, tokens: 0, requests: 1 }
      if (MaestroError.is(error)) {
        const { rateLimits, usage: told } = error.details as { rateLimits?: RateLimits; usage?: Usage }
        const usage = told && soundUsage(told, () => ({ inputTokens: 0, outputTokens: 0 }))
        const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)
        // An unusable answer is charged all the same.
        if (usage !== undefined) spent = { usd: record.took(usage), tokens, requests: 1 }
        outcome = { durationMs: performance.now() - started, tokens, error, rateLimits }
      }
      throw error
    } finally {
      permit.release({ ...(outcome ?? { durationMs: performance.now() - started, tokens: 0 }), run: options.run })
    }
  } finally {
    reservation?.settle(spent)
  }
}
