import { MaestroError } from '@maestro-dataflow/core'

/** Whether a request in the tier `flex` should be sent again in the standard tier: no room, or no answer in time. */
export function isFlexUnavailable(error: unknown): boolean {
  if (MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT')) return true
  if (!MaestroError.is(error, 'MAESTRO_SERVING_RATE_LIMITED') && !MaestroError.is(error, 'MAESTRO_SERVING_OVERLOADED'))
    return false
  const { code } = (error.cause ?? {}) as { readonly code?: unknown }
  return code === 'resource_unavailable' || /resource.?unavailable/i.test(error.message)
}
