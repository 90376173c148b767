import { replies } from './misbehaving-server-replies.js'
import type { Failure, ReplyDialect, Said } from './reply-dialect.js'

/** The words of the providers for an answer that is complete. */
const regular = (finish: string | null | undefined, word: string): string | null =>
  finish === undefined || finish === 'stop' ? word : finish

/** The API of Anthropic. */
export const anthropicDialect: ReplyDialect = {
  name: 'Anthropic',
  isChat: ({ path }) => path.endsWith('/messages'),
  other: () => replies.error(404, 'there is nothing here'),
  reply({ text, reasoning, finish, refusal, call, parts, content: data, beside, body, withheld, failure }) {
    if (failure !== undefined) return anthropicFailure(failure)
    if (
      data !== undefined ||
      parts !== undefined ||
      body !== undefined ||
      beside !== undefined ||
      withheld !== undefined
    )
      return undefined
    const content = [
      ...(reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning, signature: 'none' }]),
      ...(text == null ? [] : [{ type: 'text', text }]),
      ...(refusal === undefined ? [] : [{ type: 'text', text: refusal }]),
      ...(call === undefined ? [] : [{ type: 'tool_use', id: 'call-1', name: 'json', input: call }]),
    ]
    return replies.json({
      id: 'message-1',
      type: 'message',
      role: 'assistant',
      model: 'test-model',
      content,
      stop_reason: refusal === undefined ? regular(finish, 'end_turn') : 'refusal',
      stop_sequence: null,
      usage: { input_tokens: 7, output_tokens: 3 },
    })
  },
}

function anthropicFailure({ status, message, code, details, headers = {} }: Failure) {
  if (details !== undefined) return undefined
  return { ...replies.json({ type: 'error', error: { type: code ?? 'api_error', message } }, headers), status }
}

/** The Responses API of OpenAI. */
export const responsesDialect: ReplyDialect = {
  name: 'the Responses API of OpenAI',
  isChat: ({ path }) => path.endsWith('/responses'),
  other: () => replies.error(404, 'there is nothing here'),
  reply({ text, reasoning, finish = 'stop', refusal, call, parts, content, beside, body, withheld, failure }) {
    if (failure !== undefined) return responsesFailure(failure)
    if (content !== undefined || parts !== undefined || beside !== undefined || withheld !== undefined) return undefined
    if (body !== undefined) return replies.json(body)
    const reason = incomplete[finish ?? '']
    if (finish !== 'stop' && reason === undefined) return undefined
    const said = refusal === undefined ? { type: 'output_text', text, annotations: [] } : { type: 'refusal', refusal }
    const output = [
      ...(reasoning === undefined ? [] : [{ type: 'reasoning', id: 'reasoning-1', summary: [summaryOf(reasoning)] }]),
      ...(text == null && refusal === undefined
        ? []
        : [{ type: 'message', id: 'message-1', role: 'assistant', status: 'completed', content: [said] }]),
      ...(call === undefined
        ? []
        : [{ type: 'function_call', id: 'call-1', call_id: 'call-1', name: 'json', arguments: JSON.stringify(call) }]),
    ]
    return replies.json({
      id: 'response-1',
      object: 'response',
      created_at: 1,
      model: 'test-model',
      status: reason === undefined ? 'completed' : 'incomplete',
      incomplete_details: reason === undefined ? null : { reason },
      output,
      usage: { input_tokens: 7, output_tokens: 3, total_tokens: 10 },
    })
  },
}

/** The reasons of the Responses API for an answer that is not complete. */
const incomplete: Readonly<Record<string, string>> = { length: 'max_output_tokens', content_filter: 'content_filter' }

const summaryOf = (text: string) => ({ type: 'summary_text', text })

const responsesFailure = ({ status, message, code, details, headers = {} }: Failure) => ({
  ...replies.json({ error: { message, type: 'error', param: null, code: code ?? null, details } }, headers),
  status,
})

/** Gemini's reply for a prompt that its filter has stopped. */
const withheldReply = {
  promptFeedback: { blockReason: 'SAFETY' },
  usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
  modelVersion: 'test-model',
}

/** The API of Gemini. */
export const geminiDialect: ReplyDialect = {
  name: 'Gemini',
  isChat: ({ path }) => path.includes(':generateContent'),
  other: () => replies.error(404, 'there is nothing here'),
  reply(said) {
    const { failure, refusal, parts, content, body, beside, withheld } = said
    if (withheld !== undefined) return replies.json(withheldReply)
    if (failure !== undefined) return geminiFailure(failure)
    if (content !== undefined) return undefined
    if (refusal !== undefined || parts !== undefined || body !== undefined || beside !== undefined) return undefined
    return replies.json({
      candidates: [
        { content: { role: 'model', parts: geminiParts(said) }, finishReason: regular(said.finish, 'STOP'), index: 0 },
      ],
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 },
      modelVersion: 'test-model',
    })
  },
}

function geminiParts({ text, reasoning, call }: Said): readonly object[] {
  return [
    ...(reasoning === undefined ? [] : [{ text: reasoning, thought: true }]),
    ...(text == null ? [] : [{ text }]),
    ...(call === undefined ? [] : [{ functionCall: { name: 'json', args: call } }]),
  ]
}

function geminiFailure({ status, message, code, details, headers = {} }: Failure) {
  const error = { code: status, message, status: code ?? 'UNKNOWN', details }
  return { ...replies.json({ error }, headers), status }
}

/** What only the API of OpenAI, or a gateway before it, can say. */
const isForeign = ({ refusal, parts, content, body, beside, withheld }: Said): boolean =>
  [refusal, parts, content, body, beside, withheld].some((said) => said !== undefined)

const mistralReasons: Readonly<Record<string, string>> = { length: 'length', content_filter: 'error' }

/** The API of Mistral. */
export const mistralDialect: ReplyDialect = {
  name: 'Mistral',
  isChat: ({ path }) => path.endsWith('/chat/completions'),
  other: () => replies.error(404, 'there is nothing here'),
  reply(said) {
    const { text = null, reasoning, call, finish = 'stop', failure } = said
    if (failure !== undefined) return mistralFailure(failure)
    if (isForeign(said) || finish === 'content_filter') return undefined
    const thoughts = { type: 'thinking', thinking: [{ type: 'text', text: reasoning }] }
    const content = reasoning === undefined ? text : [thoughts, ...(text === null ? [] : [{ type: 'text', text }])]
    const tool_calls =
      call === undefined
        ? undefined
        : [{ id: 'call-1', type: 'function', function: { name: 'json', arguments: JSON.stringify(call) } }]
    return replies.json({
      id: 'chat-1',
      object: 'chat.completion',
      created: 1,
      model: 'test-model',
      choices: [
        {
          index: 0,
          finish_reason: mistralReasons[finish ?? ''] ?? finish,
          message: { role: 'assistant', content, tool_calls },
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    })
  },
}

function mistralFailure({ status, message, code, details, headers = {} }: Failure) {
  if (details !== undefined) return undefined
  return {
    ...replies.json({ object: 'error', message, type: 'error', param: null, code: code ?? null }, headers),
    status,
  }
}

const bedrockReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'content_filtered',
}

/** The Converse API of Amazon Bedrock. */
export const bedrockDialect: ReplyDialect = {
  name: 'Amazon Bedrock',
  isChat: ({ path }) => path.endsWith('/converse'),
  other: () => replies.error(404, 'there is nothing here'),
  reply(said) {
    const { text, reasoning, call, finish = 'stop', failure } = said
    if (failure !== undefined) return messageFailure(failure)
    const stopReason = bedrockReasons[finish ?? '']
    if (isForeign(said) || stopReason === undefined) return undefined
    const content = [
      ...(reasoning === undefined ? [] : [{ reasoningContent: { reasoningText: { text: reasoning } } }]),
      ...(text == null ? [] : [{ text }]),
      ...(call === undefined ? [] : [{ toolUse: { toolUseId: 'call-1', name: 'json', input: call } }]),
    ]
    return replies.json({
      output: { message: { role: 'assistant', content } },
      stopReason: call === undefined ? stopReason : 'tool_use',
      usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
      metrics: { latencyMs: 1 },
    })
  },
}

const cohereReasons: Readonly<Record<string, string>> = { stop: 'COMPLETE', length: 'MAX_TOKENS' }

/** The API of Cohere. */
export const cohereDialect: ReplyDialect = {
  name: 'Cohere',
  isChat: ({ path }) => path.endsWith('/chat'),
  other: () => replies.error(404, 'there is nothing here'),
  reply(said) {
    const { text, reasoning, call, finish = 'stop', failure } = said
    if (failure !== undefined) return messageFailure(failure)
    const finish_reason = cohereReasons[finish ?? '']
    if (isForeign(said) || finish_reason === undefined) return undefined
    const content = [
      ...(reasoning === undefined ? [] : [{ type: 'thinking', thinking: reasoning }]),
      ...(text == null ? [] : [{ type: 'text', text }]),
    ]
    const called = { id: 'call-1', type: 'function', function: { name: 'json', arguments: JSON.stringify(call) } }
    return replies.json({
      generation_id: 'generation-1',
      message: { role: 'assistant', content, ...(call === undefined ? {} : { tool_calls: [called] }) },
      finish_reason: call === undefined ? finish_reason : 'TOOL_CALL',
      usage: {
        billed_units: { input_tokens: 7, output_tokens: 3 },
        tokens: { input_tokens: 7, output_tokens: 3 },
      },
    })
  },
}

/** A refusal that consists of its words. */
function messageFailure({ status, message, code, details, headers = {} }: Failure) {
  return code === undefined && details === undefined ? { ...replies.json({ message }, headers), status } : undefined
}
