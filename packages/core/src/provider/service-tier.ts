import { MaestroError } from '../errors/maestro-error.js'

/** Half of the time-out of an attempt, so that the standard tier has the other half. */
export const defaultFlexTimeout = 300_000

/** Whether a request in the tier `flex` should be sent again in the standard tier: no room, or no answer in time. */
export function isFlexUnavailable(error: unknown): boolean {
  if (MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT')) return true
  if (!MaestroError.is(error, 'MAESTRO_SERVING_RATE_LIMITED') && !MaestroError.is(error, 'MAESTRO_SERVING_OVERLOADED'))
    return false
  // Groq has a status of its own.
  if (error.details.status === 498) return true
  const { code } = (error.cause ?? {}) as { readonly code?: unknown }
  return code === 'resource_unavailable' || /resource.?unavailable|capacity/i.test(error.message)
}
