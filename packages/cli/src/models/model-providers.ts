import { env } from '@maestro-dataflow/core'
import { cliError } from '../errors.js'
import { meantProvider } from './meant-provider.js'

type Serving = Readonly<Record<string, string>> & { readonly use: string }

/** How models of a provider are asked. */
export interface ModelProvider {
  /** The serving in a config, without the model. */
  readonly serving: Serving
  readonly plugin: string
  /** The packages of others that the plugin needs, with their versions. */
  readonly packages: Readonly<Record<string, string>>
  /** The environment variable of the key. Servers on this machine need none. */
  readonly variable?: string
  /** The environment variable of the address, for Azure. */
  readonly endpoint?: string
  /** The model of a new project. */
  readonly model: string
}

function aiSdk(provider: string, range: string, variable: string, model: string): ModelProvider {
  return {
    serving: { use: 'ai-sdk.chat', provider },
    plugin: '@maestro-dataflow/plugin-ai-sdk',
    packages: { [provider]: range },
    variable,
    model,
  }
}

const own = (name: string, model: string, variable?: string): ModelProvider => ({
  serving: { use: `${name}.chat` },
  plugin: `@maestro-dataflow/plugin-${name}`,
  packages: {},
  ...(variable === undefined ? {} : { variable }),
  model,
})

/** A server with the API of OpenAI. */
const compatible = (baseUrl: string, model: string, variable?: string): ModelProvider => ({
  serving: { use: 'openai.chat', baseUrl, ...(variable === undefined ? { jsonMode: 'schema' } : {}) },
  plugin: '@maestro-dataflow/plugin-openai',
  packages: {},
  ...(variable === undefined ? {} : { variable }),
  model,
})

/** The providers that the command knows by name. */
export const modelProviders: Readonly<Record<string, ModelProvider>> = {
  anthropic: aiSdk('@ai-sdk/anthropic', '^4.0.105', 'ANTHROPIC_API_KEY', 'claude-haiku-4-5'),
  google: aiSdk('@ai-sdk/google', '^4.0.121', 'GOOGLE_GENERATIVE_AI_API_KEY', 'gemini-3.8-flash'),
  'google-vertex': aiSdk('@ai-sdk/google-vertex', '>=4', 'GOOGLE_VERTEX_API_KEY', 'gemini-3.8-flash'),
  mistral: aiSdk('@ai-sdk/mistral', '^4.0.87', 'MISTRAL_API_KEY', 'mistral-small-latest'),
  'amazon-bedrock': aiSdk(
    '@ai-sdk/amazon-bedrock',
    '>=4',
    'AWS_BEARER_TOKEN_BEDROCK',
    'anthropic.claude-haiku-4-5-20251001-v1:0',
  ),
  groq: aiSdk('@ai-sdk/groq', '>=3', 'GROQ_API_KEY', 'openai/gpt-oss-20b'),
  cohere: aiSdk('@ai-sdk/cohere', '>=3', 'COHERE_API_KEY', 'command-a-03-2025'),
  xai: aiSdk('@ai-sdk/xai', '>=3', 'XAI_API_KEY', 'grok-4.7'),
  deepseek: aiSdk('@ai-sdk/deepseek', '>=2', 'DEEPSEEK_API_KEY', 'deepseek-v4-flash'),
  togetherai: aiSdk('@ai-sdk/togetherai', '>=2', 'TOGETHER_API_KEY', 'Qwen/Qwen2.5-7B-Instruct-Turbo'),
  fireworks: aiSdk('@ai-sdk/fireworks', '>=2', 'FIREWORKS_API_KEY', 'accounts/fireworks/models/gpt-oss-20b'),
  openrouter: aiSdk('@openrouter/ai-sdk-provider', '>=2', 'OPENROUTER_API_KEY', 'openai/gpt-oss-20b'),
  openai: own('openai', 'gpt-5.4-mini', 'OPENAI_API_KEY'),
  azure: { ...own('openai', 'gpt-5.4-mini', 'AZURE_OPENAI_API_KEY'), endpoint: 'AZURE_OPENAI_ENDPOINT' },
  huggingface: compatible('https://router.huggingface.co/v1', 'openai/gpt-oss-20b', 'HF_TOKEN'),
  vllm: compatible('http://127.0.0.1:8000/v1', 'Qwen/Qwen3-8B'),
  'llama-cpp': compatible('http://127.0.0.1:8080/v1', 'model.gguf'),
  'lm-studio': compatible('http://127.0.0.1:1234/v1', 'qwen3-8b'),
  sglang: compatible('http://127.0.0.1:30000/v1', 'Qwen/Qwen3-8B'),
  ollama: own('ollama', 'qwen3:8b'),
  local: own('local', 'smollm2-135m-instruct'),
}

/** @throws MAESTRO_CLI_PROVIDER_UNKNOWN */
export function modelProvider(name: string): ModelProvider {
  const found = Object.hasOwn(modelProviders, name) ? modelProviders[name] : undefined
  if (found !== undefined) return found
  const known = Object.keys(modelProviders)
  throw cliError('MAESTRO_CLI_PROVIDER_UNKNOWN', { provider: name, known, suggestion: meantProvider(name, known) })
}

/**
 * The serving of `PROVIDER:MODEL`, such as `anthropic:claude-sonnet-5-5`, for which no config is needed: the packages of
 * providers read their own environment variables. Undefined for a name without a colon.
 *
 * @throws MAESTRO_CLI_PROVIDER_UNKNOWN
 */
export function namedModel(
  name: string,
): (Readonly<Record<string, unknown>> & { readonly use: string; readonly model: string }) | undefined {
  const colon = name.indexOf(':')
  if (colon < 0) return undefined
  const { serving, variable, endpoint } = modelProvider(name.slice(0, colon))
  // OpenAI's own variable is sent to no other server.
  const key = serving.baseUrl === undefined || variable === undefined ? {} : { apiKey: env(variable) }
  const azure = endpoint === undefined ? {} : { azure: { endpoint: env(endpoint) } }
  return { ...serving, ...key, ...azure, model: name.slice(colon + 1) }
}
