import { aiSdkError } from './errors.js'
import { isKnownPackage } from './provider-packages.js'

/** Options that packages of providers have in common. */
const names: readonly string[] = [
  'accessKeyId',
  'apiKey',
  'apiVersion',
  'authToken',
  'baseURL',
  'googleAuthOptions',
  'headers',
  'location',
  'organization',
  'project',
  'region',
  'resourceName',
  'secretAccessKey',
  'sessionToken',
]

/**
 * Refuses options such as `baseUrl` and `api_key`. The packages ignore names that they do not know, so that the calls
 * would go to another server, or without a key.
 *
 * @throws MAESTRO_AI_SDK_OPTION
 */
export function assertOptionNames(provider: string, options: object): void {
  if (!isKnownPackage(provider)) return
  for (const option of Object.keys(options)) {
    const suggestion = names.find((name) => name !== option && lettersOf(name) === lettersOf(option))
    if (suggestion !== undefined) throw aiSdkError('MAESTRO_AI_SDK_OPTION', { provider, option, suggestion })
  }
}

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '')
