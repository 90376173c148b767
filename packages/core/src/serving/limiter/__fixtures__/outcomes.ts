import type { RateLimits } from '../../../contracts/serving-settings.js'
import { type CoreErrorCode, maestroError } from '../../../errors/error-table.js'
import type { CallOutcome } from '../limiter.js'

export const answered = (durationMs = 100, tokens = 0): CallOutcome => ({ durationMs, tokens })

type LoadError = Extract<
  CoreErrorCode,
  'MAESTRO_SERVING_RATE_LIMITED' | 'MAESTRO_SERVING_OVERLOADED' | 'MAESTRO_SERVING_SERVER' | 'MAESTRO_SERVING_CONNECTION'
>

export function failed(code: LoadError, rateLimits?: RateLimits): CallOutcome {
  const error = maestroError(code, { serving: 'simulated', reason: 'on script' })
  return { durationMs: 1, tokens: 0, error, rateLimits }
}

export const refused = (retryAfterMs?: number): CallOutcome =>
  failed('MAESTRO_SERVING_RATE_LIMITED', retryAfterMs === undefined ? undefined : { retryAfterMs })
