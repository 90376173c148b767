import { type RecordedRequest, type Reply, replies } from './misbehaving-server-replies.js'
import type { Failure } from './reply-dialect.js'

/** Vectors in one reply, whatever the API. */
export interface SaidVectors {
  readonly vectors?: readonly unknown[]
  /** The positions of the texts, in the order of the vectors; `none` for a reply without them. */
  readonly indexes?: readonly unknown[] | 'none'
  /** Properties of the reply beside the vectors. */
  readonly beside?: Readonly<Record<string, unknown>>
  /** The whole reply, as JSON or as a text. */
  readonly body?: unknown
  readonly failure?: Failure
  /** A reply with this status and without a body. */
  readonly empty?: number
}

/** How an API replies with vectors. */
export interface VectorDialect {
  readonly name: string
  isEmbedding(request: RecordedRequest): boolean
  other(request: RecordedRequest): Reply
  /** Undefined for what the API has no form for. */
  reply(said: SaidVectors): Reply | undefined
}

const notFound = () => replies.error(404, 'there is nothing here')

const bodyOf = (body: unknown): Reply =>
  typeof body === 'string' ? replies.ofType('application/json', body) : replies.json(body)

/** The API of OpenAI. */
const openai: VectorDialect = {
  name: 'OpenAI',
  isEmbedding: ({ path }) => path.endsWith('/embeddings'),
  other: notFound,
  reply({ vectors = [], indexes, beside, body, failure, empty }) {
    if (empty !== undefined) return replies.empty(empty)
    if (failure !== undefined) return replies.error(failure.status, failure.message, failure.headers)
    if (body !== undefined) return bodyOf(body)
    const positions = indexes === 'none' ? [] : (indexes ?? vectors.map((_, place) => place))
    const data = vectors.map((embedding, place) => ({
      object: 'embedding',
      ...(indexes === 'none' ? {} : { index: positions[place] }),
      embedding,
    }))
    const usage = { prompt_tokens: 7, total_tokens: 7 }
    return replies.json({ object: 'list', model: 'test-model', data, usage, ...beside })
  },
}

/** The API of Ollama. */
const ollama: VectorDialect = {
  name: 'Ollama',
  isEmbedding: ({ path }) => path === '/api/embed',
  other: ({ path }) =>
    path === '/api/show'
      ? replies.json({ parameters: '', model_info: { 'general.architecture': 'tiny', 'tiny.context_length': 8192 } })
      : notFound(),
  reply({ vectors = [], indexes, beside, body, failure, empty }) {
    if (empty !== undefined) return replies.empty(empty)
    if (failure !== undefined)
      return {
        ...replies.json({ error: failure.message }, failure.headers),
        status: failure.status,
      }
    if (body !== undefined) return bodyOf(body)
    if (indexes !== undefined || beside !== undefined || vectors.some((vector) => typeof vector === 'string'))
      return undefined
    return replies.json({ model: 'test-model', embeddings: vectors, prompt_eval_count: 7 })
  },
}

/** The APIs in which the suite of replies with vectors can be played. */
export const vectorDialects = { openai, ollama } as const
