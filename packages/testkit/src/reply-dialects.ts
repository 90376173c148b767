import { openAIReplies } from './misbehaving-server-openai.js'
import { type RecordedRequest, type Reply, replies } from './misbehaving-server-replies.js'
import type { Failure, ReplyDialect, Said } from './reply-dialect.js'
import {
  anthropicDialect,
  bedrockDialect,
  cohereDialect,
  geminiDialect,
  mistralDialect,
  responsesDialect,
} from './reply-dialects-of-providers.js'

const notFound = () => replies.error(404, 'there is nothing here')

/** The common part of all APIs: broken connections, headers, and odd streams that an API has no form for. */
function dialect({ reply, streams, cutsPrompts = false, isWrapped = false, ...rest }: ReplyDialect): ReplyDialect {
  return {
    ...rest,
    reply(said, request) {
      if (said.broken !== undefined) return { instead: said.broken }
      if (said.empty !== undefined) return replies.empty(said.empty)
      if (said.contextTokens !== undefined && !cutsPrompts) return undefined
      if ((said.within !== undefined || said.calls !== undefined) && !isWrapped) return undefined
      const written =
        said.pieces !== undefined && streams?.includes(said.pieces) !== true ? undefined : reply(said, request)
      return written && { ...written, headers: { ...written.headers, ...said.headers } }
    },
  }
}

/** The tokens of a short prompt, or those that are left of a prompt that the server cuts. */
function promptTokens({ contextTokens }: Said, request: RecordedRequest | undefined): number {
  if (contextTokens === undefined) return 7
  const { options } = request?.json<{ options?: { num_ctx?: number } }>() ?? {}
  // About four bytes are a token.
  return Math.min(options?.num_ctx ?? contextTokens, Math.ceil((request?.bytes.length ?? 0) / 4))
}

/** Ollama states the context of its models beside its OpenAI API. */
const contextReply = replies.json({
  models: ['test-model', 'tiny'].map((name) => ({ name: `${name}:latest`, context_length: 4096 })),
})

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

interface WholeReply {
  readonly choices: readonly { readonly message: { readonly content: unknown } }[]
}

/** A whole reply as the pieces of a stream. */
function inTwo({ choices: [choice], ...rest }: WholeReply): readonly object[] {
  const { message, ...end } = choice ?? { message: { content: '' } }
  const content = String(message.content)
  const deltas = [{ ...message, content: content.slice(0, 2) }, { content: content.slice(2) }]
  return [
    ...deltas.map((delta) => ({ id: 'chat-1', choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...rest, choices: [{ ...end, delta: {} }] },
  ]
}

/** A reply as gateways pass it on. */
function wrapped(reply: WholeReply, within: NonNullable<Said['within']>): Reply {
  const { choices, ...rest } = reply
  if (within === 'pieces') return replies.json(inTwo(reply))
  if (within === 'choice') return replies.json({ ...rest, choices: choices[0] })
  if (within === 'choices') return replies.json({ ...rest, choices: { ...choices } })
  if (within === 'comments') return replies.ofType('application/json', `: processing\n\n${JSON.stringify(reply)}`)
  if (within === 'list') return replies.json([reply])
  if (within === 'text') return replies.json(JSON.stringify(reply))
  return replies.json({ success: true, code: 0, message: 'success', [within]: reply })
}

/** What Ollama states beside an answer. */
const ofOllama = (said: Said, request: RecordedRequest | undefined) => ({
  system_fingerprint: 'fp_ollama',
  usage: { prompt_tokens: promptTokens(said, request), completion_tokens: 3 },
})

/** The API of OpenAI, with complete answers. */
const openai = dialect({
  name: 'OpenAI',
  isWrapped: true,
  cutsPrompts: true,
  isChat: ({ path }) => path.endsWith('/chat/completions'),
  other: ({ path }) => (path === '/api/ps' ? contextReply : notFound()),
  reply(said, request) {
    const {
      text = null,
      reasoning,
      finish = 'stop',
      refusal,
      call,
      calls,
      parts,
      content,
      body,
      withheld,
      failure,
    } = said
    if (failure !== undefined) return openaiFailure(failure)
    if (withheld !== undefined) return replies.json(withheldReplyOf(withheld))
    if (body !== undefined) return replies.json(body)
    const message = {
      role: 'assistant',
      content: content ?? parts ?? text,
      ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
      ...(refusal === undefined ? {} : { refusal }),
      ...(call === undefined ? {} : { tool_calls: [{ id: 'call-1', type: 'function', function: calledBy(call) }] }),
      ...(calls === undefined ? {} : { tool_calls: calls }),
    }
    const reply = openAIReplies.chat(null, { finish_reason: finish, message })
    const beside = said.contextTokens === undefined ? said.beside : ofOllama(said, request)
    const whole = { ...JSON.parse(String(reply.body)), ...beside }
    return said.within === undefined ? replies.json(whole) : wrapped(whole, said.within)
  },
})

/** The API of OpenAI, with answers in pieces of a few characters. */
const openaiStream = dialect({
  ...openai,
  isWrapped: false,
  cutsPrompts: true,
  name: 'OpenAI, in pieces',
  streams: [
    'cumulative',
    'replayed',
    'restarted',
    'broken off',
    'ended',
    'compressed',
    'from one',
    'number as text',
    'zeros',
    'listed',
  ],
  reply(said, request) {
    const { text, reasoning, finish = 'stop', refusal, call, parts, content, body, withheld, failure } = said
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
      choices: [{ index: numbers[said.pieces ?? ''] ?? 0, ...choice }],
    })
    if (said.pieces === 'broken off')
      return replies.events(
        pieces.map((delta) => chunk({ delta, finish_reason: '' })),
        null,
      )
    const events = [
      ...pieces.map((delta) => chunk({ delta, finish_reason: null })),
      ...(said.pieces === 'ended' ? [] : [chunk({ delta: {}, finish_reason: finish })]),
      {
        id: 'chat-1',
        model: 'test-model',
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
        ...(said.contextTokens === undefined ? said.beside : ofOllama(said, request)),
      },
      ...(said.pieces === 'zeros' ? [{ id: 'chat-1', model: 'test-model', choices: [], usage: noUsage }] : []),
    ]
    if (said.pieces === 'replayed') return replayed(events)
    if (said.pieces === 'listed') return replies.json(events)
    const reply = replies.events(said.pieces === 'restarted' ? restarted(events) : events)
    return said.pieces === 'compressed' ? replies.gzip(reply) : reply
  },
})

/** The API of OpenAI at a server whose models only stream. Its refusals are those of every server. */
const openaiStreamOnly: ReplyDialect = {
  ...openaiStream,
  name: 'OpenAI, in pieces alone',
  reply: (said, request) =>
    (said.failure ?? said.broken ?? said.empty) === undefined ? openaiStream.reply(said, request) : undefined,
  isChat: (request) => openai.isChat(request) && request.json().stream === true,
  other: (request) =>
    openai.isChat(request)
      ? replies.error(400, 'This model only supports streaming: set stream to true.')
      : openai.other(request),
}

const ollamaFailure = ({ status, message, code, details, headers = {} }: Failure): Reply | undefined =>
  code === undefined && details === undefined ? { ...replies.json({ error: message }, headers), status } : undefined

/** The API of Ollama. */
const ollama = dialect({
  name: 'Ollama',
  streams: ['cumulative', 'broken off', 'compressed'],
  cutsPrompts: true,
  isChat: ({ path }) => path === '/api/chat',
  other: ({ path }) =>
    path === '/api/show'
      ? replies.json({ parameters: '', model_info: { 'general.architecture': 'tiny', 'tiny.context_length': 8192 } })
      : notFound(),
  reply(said, request) {
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
        prompt_eval_count: promptTokens(said, request),
        eval_count: 3,
      },
    ]
    const sent = said.pieces === 'broken off' ? lines.slice(0, -1) : lines
    const reply = replies.ofType('application/x-ndjson', sent.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return said.pieces === 'compressed' ? replies.gzip(reply) : reply
  },
})

/** The APIs in which the suite of replies can be played. */
export const replyDialects = {
  openai,
  openaiStream,
  openaiStreamOnly,
  ollama,
  anthropic: dialect(anthropicDialect),
  gemini: dialect(geminiDialect),
  openaiResponses: dialect(responsesDialect),
  mistral: dialect(mistralDialect),
  bedrock: dialect(bedrockDialect),
  cohere: dialect(cohereDialect),
} as const

/** The number of the answer, in odd streams. */
const numbers: Readonly<Record<string, unknown>> = { 'from one': 1, 'number as text': '0' }

const noUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }

/** After half of the events, a second answer begins, which is whole. */
const restarted = (events: readonly object[]): readonly object[] => [
  ...events.slice(0, Math.floor(events.length / 2)),
  { id: 'chat-2', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
  ...events.map((event) => ({ ...event, id: 'chat-2' })),
]

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
