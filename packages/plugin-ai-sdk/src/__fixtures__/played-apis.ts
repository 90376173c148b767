import type { ContentPart, JsonSchema, LLMRequest, LLMResult, Message } from '@maestro-dataflow/core'
import { type RecordedRequest, type Reply, replies } from '@maestro-dataflow/testkit'

/** The documented HTTP API of a provider, as far as a chat needs it. */
export interface PlayedApi {
  /** The provider package, and the argument of its factory for a server at this address. */
  readonly provider: string
  options(url: string): Readonly<Record<string, unknown>>
  /** A request in our form. */
  read(request: RecordedRequest): LLMRequest
  /** An answer in the provider's form. */
  write(result: LLMResult, request: RecordedRequest): Reply
  /** The refusal of a prompt that is too long, in the provider's words. */
  tooLong(): Reply
}

type Json = Readonly<Record<string, unknown>>

/** A key that is none. */
const apiKey = 'played'

const openaiLike = {
  read(request: RecordedRequest): LLMRequest {
    const body = request.json<{
      messages: { role: Message['role']; content: string | Json[] }[]
      max_tokens?: number
      stop?: string[]
      response_format?: { json_schema?: { schema: JsonSchema } }
    }>()
    const schema = body.response_format?.json_schema?.schema
    return {
      messages: body.messages.map(({ role, content }) => ({
        role,
        content: typeof content === 'string' ? content : content.map(toPart),
      })),
      ...limits(body.max_tokens, body.stop, schema),
    }
  },
  write: ({ text, finishReason, usage }: LLMResult): Reply =>
    replies.json({
      id: 'chat-1',
      object: 'chat.completion',
      created: 1,
      model: 'played-model',
      choices: [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', content: text } }],
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
      },
    }),
}

const refused = (body: unknown): Reply => ({ ...replies.json(body), status: 400 })

const openaiCompatible: PlayedApi = {
  provider: '@ai-sdk/openai-compatible',
  options: (url) => ({ name: 'played', baseURL: `${url}/v1`, apiKey, supportsStructuredOutputs: true }),
  ...openaiLike,
  tooLong: () =>
    replies.error(400, "This model's maximum context length is 4096 tokens.", {}, 'context_length_exceeded'),
}

const mistral: PlayedApi = {
  provider: '@ai-sdk/mistral',
  options: (url) => ({ baseURL: `${url}/v1`, apiKey }),
  ...openaiLike,
  tooLong: () =>
    refused({
      object: 'error',
      message: 'Prompt contains 8192 tokens, too large for model with 4096 maximum context length',
      type: 'invalid_request_error',
      param: null,
      code: '3051',
    }),
}

const anthropic: PlayedApi = {
  provider: '@ai-sdk/anthropic',
  options: (url) => ({ baseURL: `${url}/v1`, apiKey }),
  read(request) {
    const body = request.json<{
      system?: Json[]
      messages: { role: 'user' | 'assistant'; content: Json[] }[]
      max_tokens: number
      stop_sequences?: string[]
      output_config?: { format?: { schema: JsonSchema } }
      tools?: { input_schema: JsonSchema }[]
    }>()
    const schema = body.output_config?.format?.schema ?? body.tools?.[0]?.input_schema
    return { messages: turns(body.system, body.messages), ...limits(body.max_tokens, body.stop_sequences, schema) }
  },
  write({ text, finishReason, usage }, request) {
    const { tools } = request.json<{ tools?: { name: string }[] }>()
    const content =
      tools?.[0] === undefined
        ? { type: 'text', text }
        : { type: 'tool_use', id: 'call-1', name: tools[0].name, input: called(text) }
    return replies.json({
      id: 'message-1',
      type: 'message',
      role: 'assistant',
      model: 'played-model',
      content: [content],
      stop_reason: finishReason === 'length' ? 'max_tokens' : tools === undefined ? 'end_turn' : 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    })
  },
  tooLong: () =>
    refused({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 8192 tokens > 4096 maximum' },
    }),
}

const google: PlayedApi = {
  provider: '@ai-sdk/google',
  options: (url) => ({ baseURL: `${url}/v1beta`, apiKey }),
  read(request) {
    const body = request.json<{
      systemInstruction?: { parts: Json[] }
      contents: { role: 'user' | 'model'; parts: Json[] }[]
      generationConfig?: {
        maxOutputTokens?: number
        stopSequences?: string[]
        responseSchema?: JsonSchema
        responseJsonSchema?: JsonSchema
      }
    }>()
    const { maxOutputTokens, stopSequences, responseSchema, responseJsonSchema } = body.generationConfig ?? {}
    const messages = body.contents.map(({ role, parts }) => ({
      role: role === 'model' ? ('assistant' as const) : role,
      content: parts,
    }))
    return {
      messages: turns(body.systemInstruction?.parts, messages),
      ...limits(maxOutputTokens, stopSequences, responseJsonSchema ?? responseSchema),
    }
  },
  write: ({ text, finishReason, usage }) =>
    replies.json({
      candidates: [
        {
          content: { role: 'model', parts: [{ text }] },
          finishReason: finishReason === 'length' ? 'MAX_TOKENS' : 'STOP',
        },
      ],
      usageMetadata: {
        promptTokenCount: usage.inputTokens,
        candidatesTokenCount: usage.outputTokens,
        totalTokenCount: usage.inputTokens + usage.outputTokens,
      },
      modelVersion: 'played-model',
    }),
  tooLong: () =>
    refused({
      error: {
        code: 400,
        message: 'The input token count (8192) exceeds the maximum number of tokens allowed (4096).',
        status: 'INVALID_ARGUMENT',
      },
    }),
}

const bedrock: PlayedApi = {
  provider: '@ai-sdk/amazon-bedrock',
  options: (url) => ({ baseURL: url, apiKey, region: 'eu-central-1' }),
  read(request) {
    const body = request.json<{
      system?: Json[]
      messages: { role: 'user' | 'assistant'; content: Json[] }[]
      inferenceConfig?: { maxTokens?: number; stopSequences?: string[] }
      toolConfig?: { tools: { toolSpec: { inputSchema: { json: JsonSchema } } }[] }
    }>()
    const { maxTokens, stopSequences } = body.inferenceConfig ?? {}
    const schema = body.toolConfig?.tools[0]?.toolSpec.inputSchema.json
    return { messages: turns(body.system, body.messages), ...limits(maxTokens, stopSequences, schema) }
  },
  write({ text, finishReason, usage }, request) {
    const { toolConfig } = request.json<{ toolConfig?: { tools: { toolSpec: { name: string } }[] } }>()
    const tool = toolConfig?.tools[0]?.toolSpec.name
    const content =
      tool === undefined ? { text } : { toolUse: { toolUseId: 'call-1', name: tool, input: called(text) } }
    return replies.json({
      output: { message: { role: 'assistant', content: [content] } },
      stopReason: finishReason === 'length' ? 'max_tokens' : tool === undefined ? 'end_turn' : 'tool_use',
      usage: {
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
        totalTokens: usage.inputTokens + usage.outputTokens,
      },
      metrics: { latencyMs: 1 },
    })
  },
  tooLong: () => refused({ message: 'Input is too long for requested model.' }),
}

const cohere: PlayedApi = {
  provider: '@ai-sdk/cohere',
  options: (url) => ({ baseURL: `${url}/v2`, apiKey }),
  read(request) {
    const body = request.json<{
      messages: { role: Message['role']; content: string | Json[] }[]
      max_tokens?: number
      stop_sequences?: string[]
      response_format?: { json_schema?: JsonSchema }
    }>()
    return {
      messages: body.messages.map(({ role, content }) => ({
        role,
        content: typeof content === 'string' ? content : content.map(toPart),
      })),
      ...limits(body.max_tokens, body.stop_sequences, body.response_format?.json_schema),
    }
  },
  write: ({ text, finishReason, usage }) =>
    replies.json({
      generation_id: 'generation-1',
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      finish_reason: finishReason === 'length' ? 'MAX_TOKENS' : 'COMPLETE',
      usage: {
        billed_units: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
        tokens: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
      },
    }),
  tooLong: () => refused({ message: 'too many tokens: total number of tokens in the prompt exceeds the limit' }),
}

/** The Responses API, which the package of OpenAI uses. */
const openaiResponses: PlayedApi = {
  provider: '@ai-sdk/openai',
  options: (url) => ({ baseURL: `${url}/v1`, apiKey }),
  read(request) {
    const body = request.json<{
      input: { role: Message['role'] | 'developer'; content: string | Json[] }[]
      max_output_tokens?: number
      text?: { format?: { schema?: JsonSchema } }
    }>()
    return {
      messages: body.input.map(({ role, content }) => ({
        role: role === 'developer' ? 'system' : role,
        content: typeof content === 'string' ? content : content.map(toPart),
      })),
      ...limits(body.max_output_tokens, undefined, body.text?.format?.schema),
    }
  },
  write: ({ text, finishReason, usage }) =>
    replies.json({
      id: 'response-1',
      object: 'response',
      created_at: 1,
      model: 'played-model',
      incomplete_details: finishReason === 'length' ? { reason: 'max_output_tokens' } : null,
      output: [
        {
          type: 'message',
          id: 'message-1',
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
      ],
      usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    }),
  tooLong: () =>
    replies.error(400, 'Your input exceeds the context window of this model.', {}, 'context_length_exceeded'),
}

/** The providers whose APIs are played. */
export const playedApis = { openaiResponses, openaiCompatible, mistral, anthropic, google, bedrock, cohere } as const

function turns(
  system: readonly Json[] | undefined,
  messages: readonly { role: 'user' | 'assistant'; content: readonly Json[] }[],
): Message[] {
  const first: Message[] = system === undefined ? [] : [{ role: 'system', content: system.map(toPart) }]
  return [...first, ...messages.map(({ role, content }) => ({ role, content: content.map(toPart) }))]
}

/** The arguments of a call that was cut off are lost. */
function called(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Media are counted and not read. */
function toPart(part: Json): ContentPart {
  return typeof part.text === 'string'
    ? { type: 'text', text: part.text }
    : { type: 'image', data: new Uint8Array([1]), mediaType: 'image/png' }
}

function limits(maxTokens?: number, stop?: readonly string[], schema?: JsonSchema): Partial<LLMRequest> {
  return {
    // Packages send the longest answer of a model; the played model has a small context.
    ...(maxTokens === undefined || maxTokens > 4000 ? {} : { maxTokens }),
    ...(stop === undefined ? {} : { stop }),
    ...(schema === undefined ? {} : { schema }),
  }
}
