/** How answers are held to JSON: by a schema, by JSON alone, or by words in the prompt. */
export type JsonMode = 'schema' | 'object' | 'none'

/** What is known of a server that speaks OpenAI's API, for what the options do not say. */
export interface HostFacts {
  /** What the most tokens of an answer are called. */
  readonly maxTokensParameter: 'max_completion_tokens' | 'max_tokens'
  readonly jsonMode: JsonMode
  /** Whether the server takes every keyword of JSON Schema, or makes a grammar of some of them. */
  readonly wholeSchemas?: boolean
  /** Texts and tokens that one call for embeddings takes. */
  readonly batchSize: number
  readonly maxBatchTokens?: number
  /** Whether vectors can be asked for in base64, which is a quarter of the length. */
  readonly base64?: boolean
}

/** Servers that are not known take what all of them take. */
const unknown: HostFacts = { maxTokensParameter: 'max_tokens', jsonMode: 'none', batchSize: 64 }

const openai: HostFacts = {
  maxTokensParameter: 'max_completion_tokens',
  jsonMode: 'schema',
  wholeSchemas: true,
  batchSize: 2048,
  maxBatchTokens: 300_000,
  base64: true,
}

/** By the end of the host's name; what a provider has changed since can be said by the options. */
const hosts: readonly (readonly [host: string, facts: HostFacts])[] = [
  ['api.openai.com', openai],
  ['openai.azure.com', openai],
  ['cognitiveservices.azure.com', openai],
  ['services.ai.azure.com', openai],
  ['api.deepseek.com', { ...unknown, jsonMode: 'object' }],
  ['dashscope.aliyuncs.com', { ...unknown, jsonMode: 'object', batchSize: 10 }],
  ['dashscope-intl.aliyuncs.com', { ...unknown, jsonMode: 'object', batchSize: 10 }],
  ['api.groq.com', { ...unknown, maxTokensParameter: 'max_completion_tokens', jsonMode: 'object' }],
  ['api.mistral.ai', { ...unknown, jsonMode: 'schema', wholeSchemas: true }],
  ['api.x.ai', { ...unknown, jsonMode: 'schema', wholeSchemas: true }],
  ['generativelanguage.googleapis.com', { ...unknown, jsonMode: 'schema', wholeSchemas: true }],
]

/** Ollama, vLLM, llama-server and LM Studio hold answers to a schema by a grammar. */
const onThisMachine = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|host\.docker\.internal)$/

export function factsOf({ hostname }: URL): HostFacts {
  const known = hosts.find(([host]) => hostname === host || hostname.endsWith(`.${host}`))
  return known?.[1] ?? (onThisMachine.test(hostname) ? { ...unknown, jsonMode: 'schema' } : unknown)
}

/** Whether an address is OpenAI's own, also that of a region. Only there the key of the environment is sent. */
export const isOpenAI = ({ hostname, protocol }: URL): boolean =>
  protocol === 'https:' && (hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com'))
