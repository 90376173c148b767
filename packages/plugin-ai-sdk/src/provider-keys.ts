import { aiSdkError } from './errors.js'
import { shortName } from './model-facts.js'

/** The variables of keys: the one that the package of a provider reads, and those of the provider's own tools. */
const keyVariables: Readonly<Record<string, readonly [string, ...string[]]>> = {
  anthropic: ['ANTHROPIC_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  azure: ['AZURE_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  mistral: ['MISTRAL_API_KEY'],
  groq: ['GROQ_API_KEY'],
  cohere: ['COHERE_API_KEY', 'CO_API_KEY'],
  xai: ['XAI_API_KEY'],
  deepseek: ['DEEPSEEK_API_KEY'],
  togetherai: ['TOGETHER_API_KEY'],
  fireworks: ['FIREWORKS_API_KEY'],
  openrouter: ['OPENROUTER_API_KEY'],
}

const variablesOf = (provider: string): readonly string[] => {
  const name = shortName(provider)
  return (Object.hasOwn(keyVariables, name) ? keyVariables[name] : undefined) ?? []
}

/**
 * Refuses a key that is empty or consists of blanks, which the packages would send.
 *
 * @throws MAESTRO_AI_SDK_KEY_MISSING
 */
export function assertKey(provider: string, options: Readonly<Record<string, unknown>>): void {
  const { apiKey, authToken, headers } = options
  const [variable] = variablesOf(provider)
  const isOfEnvironment = apiKey === undefined && authToken === undefined && headers === undefined
  const key = isOfEnvironment && variable !== undefined ? process.env[variable] : apiKey
  if (typeof key !== 'string' || key.trim() !== '') return
  // A server of one's own may need none.
  if (key === '' && variable === undefined) return
  const place = isOfEnvironment ? `the environment variable ${variable}` : '`options.apiKey`'
  const reason = `${place} ${key === '' ? 'is empty' : 'contains only blanks'}`
  throw aiSdkError('MAESTRO_AI_SDK_KEY_MISSING', { serving: provider, reason })
}

/** The options with the key that the provider's own tools read, if the package would find none. */
export function withOwnKey<Options extends Readonly<Record<string, unknown>>>(
  provider: string,
  options: Options,
): Options & { readonly apiKey?: unknown } {
  const [variable = '', ...others] = variablesOf(provider)
  if (options.apiKey !== undefined || process.env[variable]) return options
  const apiKey = others.map((name) => process.env[name]?.trim()).find(Boolean)
  return apiKey === undefined ? options : { ...options, apiKey }
}
