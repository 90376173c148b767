import { didYouMean } from '@maestro-dataflow/core'
import { cliError } from '../errors.js'

type Entry = Readonly<Record<string, unknown>> & { readonly use: string }

const aiSdk = (provider: string) => ({ use: 'ai-sdk.chat', provider })

/** The serving of a model by its provider. Keys come from the environment variables that the provider's package reads. */
const providers: Readonly<Record<string, Entry>> = {
  anthropic: aiSdk('@ai-sdk/anthropic'),
  google: aiSdk('@ai-sdk/google'),
  'google-vertex': aiSdk('@ai-sdk/google-vertex'),
  mistral: aiSdk('@ai-sdk/mistral'),
  bedrock: aiSdk('@ai-sdk/amazon-bedrock'),
  groq: aiSdk('@ai-sdk/groq'),
  cohere: aiSdk('@ai-sdk/cohere'),
  xai: aiSdk('@ai-sdk/xai'),
  deepseek: aiSdk('@ai-sdk/deepseek'),
  togetherai: aiSdk('@ai-sdk/togetherai'),
  fireworks: aiSdk('@ai-sdk/fireworks'),
  openrouter: aiSdk('@openrouter/ai-sdk-provider'),
  openai: { use: 'openai.chat' },
  ollama: { use: 'ollama.chat' },
  local: { use: 'local.chat' },
}

/**
 * The serving of `PROVIDER:MODEL`, such as `anthropic:claude-sonnet-5-5`, for which no config is needed. Undefined for
 * a name without a colon.
 *
 * @throws MAESTRO_CLI_PROVIDER_UNKNOWN
 */
export function namedModel(name: string): Entry | undefined {
  const colon = name.indexOf(':')
  if (colon < 0) return undefined
  const provider = name.slice(0, colon)
  const known = Object.keys(providers)
  const entry = Object.hasOwn(providers, provider) ? providers[provider] : undefined
  if (entry === undefined)
    throw cliError('MAESTRO_CLI_PROVIDER_UNKNOWN', { provider, known, suggestion: didYouMean(provider, known) })
  return { ...entry, model: name.slice(colon + 1) }
}
