import { MaestroError } from '../errors/maestro-error.js'

/** A value out of range is a fault of the request, and only the server's words tell it from an unknown setting. */
const refusal =
  /not support|n't support|unsupported|un(?:recognized|known|expected) (?:request |keyword |extra )?(?:argument|parameter|field|property|key)|extra (?:inputs?|fields?)|not (?:accept|permit)|only the default/i

/**
 * Returns the setting without which a server may answer a request that it has refused.
 *
 * @param error The typed error of the request.
 * @param names The names of the settings that the request has and can do without, as the server calls them.
 */
export function refusedSetting<Name extends string>(error: unknown, names: readonly Name[]): Name | undefined {
  if (!MaestroError.is(error, 'MAESTRO_SERVING_BAD_REQUEST')) return undefined
  const reason = String(error.details.reason)
  return refusal.test(reason)
    ? names.find((name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'i').test(reason))
    : undefined
}
