/** How answers are made to be JSON: by a schema, by JSON mode, or by the prompt. */
export type JsonMode = 'schema' | 'object' | 'none'

/** What is known about a server with OpenAI's API, as defaults of the options. */
export interface HostFacts {
  /** The name of the maximum tokens of an answer. */
  readonly maxTokensParameter: 'max_completion_tokens' | 'max_tokens'
  readonly jsonMode: JsonMode
  /** Whether the server supports every keyword of JSON Schema, or only some of them in a grammar. */
  readonly wholeSchemas?: boolean
  /** The maximum texts and tokens of one call for embeddings. */
  readonly batchSize: number
  readonly maxBatchTokens?: number
  /** Whether vectors can be requested in base64, which is a quarter of the length. */
  readonly base64?: boolean
  /** Whether replies state their cost in dollars, beside their tokens. */
  readonly statesCost?: boolean
  /** Whether the server may be Ollama, which cuts long texts silently. */
  readonly mayBeOllama?: boolean
}

/** Settings that all servers accept, for unknown ones. */
const unknown: HostFacts = { maxTokensParameter: 'max_tokens', jsonMode: 'none', batchSize: 64 }

const openai: HostFacts = {
  maxTokensParameter: 'max_completion_tokens',
  jsonMode: 'schema',
  wholeSchemas: true,
  batchSize: 2048,
  maxBatchTokens: 300_000,
  base64: true,
}

/** By the end of the host's name. If a provider has changed something since, set the options. */
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
  ['openrouter.ai', { ...unknown, statesCost: true }],
  ['generativelanguage.googleapis.com', { ...unknown, jsonMode: 'schema', wholeSchemas: true }],
]

/** Ollama, vLLM, llama-server, and LM Studio make answers match a schema by a grammar. */
const onThisMachine = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|host\.docker\.internal)$/

export function factsOf({ hostname }: URL): HostFacts {
  const known = hosts.find(([host]) => hostname === host || hostname.endsWith(`.${host}`))
  return (
    known?.[1] ?? { ...unknown, mayBeOllama: true, ...(onThisMachine.test(hostname) ? { jsonMode: 'schema' } : {}) }
  )
}

/** Whether an address belongs to OpenAI, including its regions. Only those receive the key of the environment. */
export const isOpenAI = ({ hostname, protocol }: URL): boolean =>
  protocol === 'https:' && (hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com'))
