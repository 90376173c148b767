import { MaestroError } from '../errors/maestro-error.js'

/**
 * How long a request in the tier `flex` may take, in milliseconds: at most half of the time-out of the attempt, so that
 * the standard tier has the other half.
 *
 * @param own The option `flexTimeout`. @param attempt The time-out of the attempt, if it has one.
 */
export function flexTimeoutOf(own = 300_000, attempt = Number.POSITIVE_INFINITY): number {
  return Math.min(own, attempt / 2)
}

/** Whether a request in the tier `flex` should be sent again in the standard tier: no room, or no answer in time. */
export function isFlexUnavailable(error: unknown): boolean {
  if (MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT')) return true
  if (!MaestroError.is(error, 'MAESTRO_SERVING_RATE_LIMITED') && !MaestroError.is(error, 'MAESTRO_SERVING_OVERLOADED'))
    return false
  // Groq has a status of its own.
  if (error.details.status === 498) return true
  return /resource.?unavailable|capacity/i.test(`${error.details.code} ${error.message}`)
}
