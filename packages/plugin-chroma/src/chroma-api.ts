import { setTimeout as sleep } from 'node:timers/promises'
import { chromaError } from './errors.js'
import type { ResolvedChromaOptions } from './options.js'

/** What is asked of the server. */
export interface ChromaRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Behind `/api/v2`. */
  readonly path: string
  readonly body?: unknown
  /** For messages: what it is about, as in "could not search". */
  readonly work: string
  readonly signal?: AbortSignal | undefined
}

/** An answer that the server meant. */
export interface ChromaReply {
  readonly status: number
  readonly body: unknown
  /** Its own words where it refuses. */
  readonly message: string
}

const firstPause = 200
const longestPause = 3000
/** Statuses of a server that is not ready, or of what stands before it. */
const passing = new Set([408, 429, 500, 502, 503, 504])

/**
 * The HTTP API of a Chroma server. All requests of a store may be sent twice: records are upserted and deleted by id. So
 * one that gets no answer is sent again, with growing pauses.
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
    const { retries, url } = this.#options
    let reason = ''
    for (let tries = 0; tries <= retries; tries++) {
      if (tries > 0)
        await sleep(Math.min(longestPause, firstPause * 2 ** (tries - 1)), undefined, { signal: request.signal })
      const outcome = await this.#try(request)
      if (typeof outcome !== 'string') return outcome
      reason = outcome
    }
    throw chromaError('MAESTRO_CHROMA_UNREACHABLE', { url, tries: retries + 1, reason })
  }

  /** @returns the answer, or why there is none */
  async #try({ method, path, body, signal }: ChromaRequest): Promise<ChromaReply | string> {
    const { url, headers, token, timeout } = this.#options
    const late = AbortSignal.timeout(timeout * 1000)
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { 'x-chroma-token': token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A server that points elsewhere must not be given the token.
        redirect: 'manual',
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      })
      const text = await response.text()
      const { status } = response
      if (status === 401 || status === 403) throw chromaError('MAESTRO_CHROMA_ACCESS', { url, status })
      const parsed = parse(text)
      const message = messageOf(parsed)
      // Its own refusals come in a form of its own; some of them with status 500.
      if (passing.has(status) && message === undefined) return `status ${status}`
      if (status === 404 && message === undefined) throw this.#other('it does not know the paths of one')
      if (parsed === undefined) throw this.#other('its answer is no JSON')
      return { status, body: parsed, message: message ?? '' }
    } catch (error) {
      signal?.throwIfAborted()
      if (late.aborted) return `no answer within ${timeout} s`
      // What `fetch` throws for connections that cannot be made, or break.
      if (error instanceof TypeError) return causeOf(error)
      throw error
    }
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

function causeOf({ message, cause }: TypeError): string {
  const { code, message: why } = (cause ?? {}) as { code?: string; message?: string }
  return why === undefined || why === '' ? (code ?? message) : why
}
