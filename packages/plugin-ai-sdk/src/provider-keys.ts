import { aiSdkError } from './errors.js'
import { shortName } from './model-facts.js'

/** The variables from which the packages of providers read their keys. */
const keyVariables: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  azure: 'AZURE_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  groq: 'GROQ_API_KEY',
  cohere: 'COHERE_API_KEY',
  xai: 'XAI_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  togetherai: 'TOGETHER_API_KEY',
  fireworks: 'FIREWORKS_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
}

/**
 * Refuses a key that consists of blanks, which the packages would send.
 *
 * @throws MAESTRO_AI_SDK_KEY_MISSING
 */
export function assertKey(provider: string, { apiKey }: Readonly<Record<string, unknown>>): void {
  const name = shortName(provider)
  const variable = Object.hasOwn(keyVariables, name) ? keyVariables[name] : undefined
  const [key, place] =
    apiKey === undefined && variable !== undefined
      ? [process.env[variable], `the environment variable ${variable}`]
      : [apiKey, '`options.apiKey`']
  if (typeof key === 'string' && key !== '' && key.trim() === '')
    throw aiSdkError('MAESTRO_AI_SDK_KEY_MISSING', { serving: provider, reason: `${place} contains only blanks` })
}
