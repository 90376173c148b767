import { openAIReplies } from './misbehaving-server-openai.js'
import { type Reply, replies } from './misbehaving-server-replies.js'
import type { Failure, ReplyDialect, Said } from './reply-dialect.js'
import { anthropicDialect, geminiDialect, responsesDialect } from './reply-dialects-of-providers.js'

const notFound = () => replies.error(404, 'there is nothing here')

/** The common part of all APIs: broken connections, headers, and odd streams that an API has no form for. */
function dialect({ reply, streams, ...rest }: ReplyDialect): ReplyDialect {
  return {
    ...rest,
    reply(said) {
      if (said.broken !== undefined) return { instead: said.broken }
      if (said.empty !== undefined) return replies.empty(said.empty)
      const written = said.pieces !== undefined && streams?.includes(said.pieces) !== true ? undefined : reply(said)
      return written && { ...written, headers: { ...written.headers, ...said.headers } }
    },
  }
}

const openaiFailure = ({ status, message, code, details, headers = {} }: Failure): Reply => ({
  ...replies.json({ error: { message, type: 'error', code: code ?? null, details } }, headers),
  status,
})

/** Azure's reply for a prompt that its filter has stopped. */
const withheldReply = {
  id: 'chat-1',
  model: 'test-model',
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: true } } }],
}

/** A reply that a server charges for, although it contains no answer. */
const chargedReply = {
  id: 'chat-1',
  model: 'test-model',
  choices: [],
  usage: { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 },
}

const withheldReplyOf = (withheld: true | 'charged') => (withheld === 'charged' ? chargedReply : withheldReply)

/** The API of OpenAI, with complete answers. */
const openai = dialect({
  name: 'OpenAI',
  isChat: ({ path }) => path.endsWith('/chat/completions'),
  other: notFound,
  reply({ text = null, reasoning, finish = 'stop', refusal, call, parts, content, beside, body, withheld, failure }) {
    if (failure !== undefined) return openaiFailure(failure)
    if (withheld !== undefined) return replies.json(withheldReplyOf(withheld))
    if (body !== undefined) return replies.json(body)
    const message = {
      role: 'assistant',
      content: content ?? parts ?? text,
      ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
      ...(refusal === undefined ? {} : { refusal }),
      ...(call === undefined ? {} : { tool_calls: [{ id: 'call-1', type: 'function', function: calledBy(call) }] }),
    }
    const reply = openAIReplies.chat(null, { finish_reason: finish, message })
    return beside === undefined ? reply : replies.json({ ...JSON.parse(String(reply.body)), ...beside })
  },
})

/** The API of OpenAI, with answers in pieces of a few characters. */
const openaiStream = dialect({
  ...openai,
  name: 'OpenAI, in pieces',
  streams: ['cumulative', 'replayed'],
  reply(said) {
    const { text, reasoning, finish = 'stop', refusal, call, parts, content, beside, body, withheld, failure } = said
    if (failure !== undefined) return openaiFailure(failure)
    if (withheld !== undefined) return replies.events([withheldReplyOf(withheld)])
    if (body !== undefined) return replies.events([JSON.stringify(body)])
    if (parts !== undefined) return undefined
    const pieces = [
      ...inPieces(reasoning, said).map((reasoning_content) => ({ reasoning_content })),
      ...(content === undefined ? [] : [{ content }]),
      ...inPieces(text ?? '', said).map((content) => ({ content })),
      ...inPieces(refusal).map((refusal) => ({ refusal })),
      ...inPieces(call === undefined ? undefined : JSON.stringify(call)).map((given, place) => ({
        tool_calls: [
          {
            index: 0,
            ...(place === 0 ? { id: 'call-1' } : {}),
            function: { ...(place === 0 ? { name: 'answer' } : {}), arguments: given },
          },
        ],
      })),
    ]
    const chunk = (choice: object) => ({
      id: 'chat-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'test-model',
      choices: [{ index: 0, ...choice }],
    })
    const events = [
      ...pieces.map((delta) => chunk({ delta, finish_reason: null })),
      chunk({ delta: {}, finish_reason: finish }),
      {
        id: 'chat-1',
        model: 'test-model',
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
        ...beside,
      },
    ]
    return said.pieces === 'replayed' ? replayed(events) : replies.events(events)
  },
})

const ollamaFailure = ({ status, message, code, details, headers = {} }: Failure): Reply | undefined =>
  code === undefined && details === undefined ? { ...replies.json({ error: message }, headers), status } : undefined

/** The API of Ollama. */
const ollama = dialect({
  name: 'Ollama',
  streams: ['cumulative'],
  isChat: ({ path }) => path === '/api/chat',
  other: ({ path }) =>
    path === '/api/show'
      ? replies.json({ parameters: '', model_info: { 'general.architecture': 'tiny', 'tiny.context_length': 8192 } })
      : notFound(),
  reply(said) {
    const { text, reasoning, finish = 'stop', refusal, call, parts, content, beside, body, withheld, failure } = said
    if (failure !== undefined) return ollamaFailure(failure)
    if (body !== undefined) return replies.ofType('application/x-ndjson', `${JSON.stringify(body)}\n`)
    if (refusal !== undefined || parts !== undefined || beside !== undefined || withheld !== undefined) return undefined
    const messages = [
      ...inPieces(reasoning, said).map((thinking) => ({ content: '', thinking })),
      ...(content === undefined ? [] : [{ content }]),
      ...inPieces(text ?? '', said).map((content) => ({ content })),
      ...(call === undefined ? [] : [{ content: '', tool_calls: [{ function: { name: 'answer', arguments: call } }] }]),
    ]
    const lines = [
      ...messages.map((message) => ({ message: { role: 'assistant', ...message }, done: false })),
      {
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: finish,
        prompt_eval_count: 7,
        eval_count: 3,
      },
    ]
    return replies.ofType('application/x-ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  },
})

/** The APIs in which the suite of replies can be played. */
export const replyDialects = {
  openai,
  openaiStream,
  ollama,
  anthropic: dialect(anthropicDialect),
  gemini: dialect(geminiDialect),
  openaiResponses: dialect(responsesDialect),
} as const

/** Each event has an id and is sent twice. */
const replayed = (events: readonly object[]): Reply =>
  replies.ofType(
    'text/event-stream',
    events.map((event, id) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`.repeat(2)).join(''),
  )

const calledBy = (call: object) => ({ name: 'answer', arguments: JSON.stringify(call) })

const shortest = 7
const mostPieces = 2000

function inPieces(text = '', { pieces: form }: Pick<Said, 'pieces'> = {}): readonly string[] {
  const pieces: string[] = []
  // By code points, so that no character is split.
  const characters = Array.from(text)
  const length = form === 'cumulative' ? 1 : Math.max(shortest, Math.ceil(characters.length / mostPieces))
  for (let at = 0; at < characters.length; at += length)
    pieces.push(characters.slice(form === 'cumulative' ? 0 : at, at + length).join(''))
  return pieces
}
