import { boundedCall, MaestroError, readText, sendHttp, withBackoff } from '@maestro-dataflow/core'
import { chromaError } from './errors.js'
import type { ResolvedChromaOptions } from './options.js'

/** A request to the server. */
export interface ChromaRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** The part after `/api/v2`. */
  readonly path: string
  readonly body?: unknown
  /** The action for messages, as in "could not search". */
  readonly work: string
  readonly signal?: AbortSignal | undefined
}

/** An answer that the server itself sent. */
export interface ChromaReply {
  readonly status: number
  readonly body: unknown
  /** The server's message if it refuses. */
  readonly message: string
}

/** The bounds of the waits, in milliseconds. */
const backoff = { first: 400, longest: 5000 }
/** Statuses of a server that is not ready, or of a proxy in front of it. */
const passing = new Set([408, 429, 500, 502, 503, 504])

/**
 * The HTTP API of a Chroma server. Every request of a store may be sent twice, because records are upserted and deleted
 * by id. A request without an answer is therefore repeated, with growing pauses.
 */
export class ChromaApi {
  readonly #options: ResolvedChromaOptions
  readonly #base: string

  constructor(options: ResolvedChromaOptions) {
    this.#options = options
    this.#base = `${options.url.replace(/\/+$/, '')}/api/v2`
  }

  /** @throws MAESTRO_CHROMA_UNREACHABLE, MAESTRO_CHROMA_ACCESS, MAESTRO_CHROMA_OTHER; the signal's reason */
  async send(request: ChromaRequest): Promise<ChromaReply> {
    const { signal } = request
    try {
      return await withBackoff({ retries: this.#options.retries, signal, ...backoff }, (turn) =>
        this.#try(request, turn + 1),
      )
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  async #try(request: ChromaRequest, tries: number): Promise<ChromaReply> {
    const { url } = this.#options
    const { status, text } = await this.#ask(request, tries)
    if (status === 401 || status === 403) throw chromaError('MAESTRO_CHROMA_ACCESS', { url, status })
    const body = parse(text)
    const message = messageOf(body)
    // The server's own refusals have a distinct form; some of them have status 500.
    if (passing.has(status) && message === undefined) throw this.#unreachable(tries, `status ${status}`)
    if (status === 404 && message === undefined) throw this.#other('it does not know the paths of a Chroma server')
    if (body === undefined) throw this.#other('its answer is not JSON')
    return { status, body, message: message ?? '' }
  }

  async #ask(
    { method, path, body, signal }: ChromaRequest,
    tries: number,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { headers, token, timeout, url } = this.#options
    try {
      return await boundedCall({ serving: url, signal, timeout }, async (signal) => {
        const reply = await sendHttp(this.#base + path, {
          method,
          headers: {
            ...headers,
            ...(token === undefined ? {} : { 'x-chroma-token': token }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal,
        })
        return { status: reply.status, text: await readText(reply) }
      })
    } catch (error) {
      if (MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT'))
        throw this.#unreachable(tries, `no answer within ${timeout} ms`, error)
      if (MaestroError.is(error, 'MAESTRO_SERVING_CONNECTION'))
        throw this.#unreachable(tries, String(error.details.reason), error)
      throw error
    }
  }

  #unreachable(tries: number, reason: string, cause?: unknown) {
    return chromaError('MAESTRO_CHROMA_UNREACHABLE', { url: this.#options.url, tries, reason }, cause)
  }

  #other(reason: string) {
    return chromaError('MAESTRO_CHROMA_OTHER', { url: this.#options.url, reason })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function messageOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
  const { error, message } = body as { error: unknown; message?: unknown }
  return `${String(error)}: ${String(message ?? '')}`
}
