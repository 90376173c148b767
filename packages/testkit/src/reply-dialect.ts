import type { RecordedRequest, Reply } from './misbehaving-server-replies.js'

/** A model's answer in one reply, whatever the API. */
export interface Said {
  readonly text?: string | null
  /** Reasoning that the server reports separately. */
  readonly reasoning?: string
  /** The finish reason in the server's words. @default 'stop' */
  readonly finish?: string | null
  readonly refusal?: string
  /** The arguments of a tool call. */
  readonly call?: Readonly<Record<string, unknown>>
  /** Tool calls in a form of their own. */
  readonly calls?: readonly unknown[]
  /** The content as a list of parts. */
  readonly parts?: readonly unknown[]
  /** The content as data that are neither a text nor parts. */
  readonly content?: unknown
  /**
   * What is odd about a stream: each piece holds the whole text so far, each event is sent twice, the answer begins
   * again in the middle, it has an empty finish reason in each piece and then breaks off, it ends with `[DONE]` alone,
   * it is compressed, its answer has the number 1 or a text for its number, zeros follow its usage, or all
   * of them stand in one list of JSON.
   */
  readonly pieces?:
    | 'cumulative'
    | 'replayed'
    | 'restarted'
    | 'broken off'
    | 'ended'
    | 'compressed'
    | 'from one'
    | 'number as text'
    | 'zeros'
    | 'listed'
  /** The server has cut the prompt to this number of tokens, without a word, as Ollama does. */
  readonly contextTokens?: number
  /**
   * What a gateway has put the whole reply into. `pieces`: a list of the pieces of a stream; `choice`, `choices`: an object
   * has the place of the list of answers.
   */
  readonly within?: 'list' | 'text' | 'result' | 'data' | 'comments' | 'pieces' | 'choice' | 'choices'
  /** Properties of the reply beside the answer. */
  readonly beside?: Readonly<Record<string, unknown>>
  /** The whole reply, as JSON. */
  readonly body?: unknown
  /** A filter has withheld the answer. `charged`: the reply states 7 tokens of the prompt all the same. */
  readonly withheld?: true | 'charged'
  /** An error instead of an answer. */
  readonly failure?: Failure
  /** A reply with this status and without a body. */
  readonly empty?: number
  /** No reply at all. */
  readonly broken?: 'reset' | 'silence'
  /** The headers of an answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** How a server refuses a request. */
export interface Failure {
  readonly status: number
  readonly message: string
  readonly code?: string
  readonly details?: readonly unknown[]
  readonly headers?: Readonly<Record<string, string>>
}

/** How an API writes replies. */
export interface ReplyDialect {
  readonly name: string
  /** Whether gateways may wrap its replies. */
  readonly isWrapped?: boolean
  /** Whether it can cut prompts without a word. */
  readonly cutsPrompts?: boolean
  /** The odd streams that it can play. */
  readonly streams?: readonly NonNullable<Said['pieces']>[]
  /** Whether a request asks for an answer; `other` is the reply to all other requests. */
  isChat(request: RecordedRequest): boolean
  other(request: RecordedRequest): Reply
  /** Undefined for what the API has no form for. @param request What it replies to; a short prompt without it. */
  reply(said: Said, request?: RecordedRequest): Reply | undefined
}
