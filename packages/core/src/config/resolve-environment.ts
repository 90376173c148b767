import { isSecretName } from '../builtin/secret-redactor.js'
import { isEnvironmentValue } from '../contracts/config.js'
import { maestroError } from '../errors/error-table.js'

/**
 * Reads the values of options from the environment, at the moment they are needed. A text under a name that suggests a
 * secret is a secret too, wherever it comes from.
 *
 * @param setting The place of the options, for messages.
 * @param keepSecret Called with each secret, so that it is never shown.
 * @throws MAESTRO_CONFIG_ENV_MISSING
 */
export function resolveEnvironment(options: unknown, setting: string, keepSecret: (value: string) => void): unknown {
  if (isEnvironmentValue(options)) {
    const value = process.env[options.name] ?? options.fallback
    if (value === undefined) throw maestroError('MAESTRO_CONFIG_ENV_MISSING', { name: options.name, setting })
    keepSecret(value)
    return value
  }
  if (Array.isArray(options))
    return options.map((item, index) => resolveEnvironment(item, `${setting}[${index}]`, keepSecret))
  if (typeof options !== 'object' || options === null || Object.getPrototypeOf(options) !== Object.prototype)
    return options
  return Object.fromEntries(
    Object.entries(options).map(([key, item]) => {
      if (typeof item === 'string' && isSecretName(key)) keepSecret(item)
      return [key, resolveEnvironment(item, `${setting}.${key}`, keepSecret)]
    }),
  )
}
