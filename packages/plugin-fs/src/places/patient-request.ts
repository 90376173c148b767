import type { Readable } from 'node:stream'
import { backoffOf, type HttpReply, type HttpRequest, MaestroError, pause, sendHttp } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'

const retries = 6
/** The milliseconds that a server may take to answer, and then between two pieces of its answer. */
const patience = 120_000
const longestWait = 60_000
const mostText = 64 * 1024 ** 2
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/** What a request is for. */
export interface Asking {
  /** The name of the file or place in messages, without secrets. */
  readonly name: string
  readonly signal?: AbortSignal | undefined
  /** A body that is not held in memory, anew for each attempt. */
  readonly stream?: () => Readable
  /** Signs a request, anew for each attempt: a signature has a time. */
  readonly sign?: (url: URL, request: HttpRequest) => Promise<Readonly<Record<string, string>>>
}

/**
 * Sends a request until a server answers something else than that it is busy. It waits as long as the server asks for.
 * The last answer is returned, whatever it is.
 *
 * @throws MAESTRO_FS_PLACE_UNREACHABLE, MAESTRO_MEDIA_ADDRESS_PRIVATE, the reason of the signal
 */
export async function patientRequest(
  url: URL,
  request: Omit<HttpRequest, 'signal'>,
  { name, signal, sign, stream }: Asking,
): Promise<HttpReply> {
  for (let turn = 0; ; turn++) {
    let wait = backoffOf(turn)
    try {
      const headers = sign === undefined ? request.headers : await sign(url, request)
      const reply = await answerTo(
        url,
        { ...request, headers, ...(stream === undefined ? {} : { body: stream() }) },
        signal,
      )
      if (!passing.has(reply.status) || turn >= retries) return reply
      wait = Math.max(wait, askedWait(reply.headers))
      reply.body.destroy()
    } catch (error) {
      signal?.throwIfAborted()
      if (MaestroError.is(error)) throw error
      if (turn >= retries) throw unreachable(name, error)
    }
    await pause(wait, signal)
    signal?.throwIfAborted()
  }
}

async function answerTo(url: URL, request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpReply> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(silent()), patience)
  try {
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
    return await sendHttp(url, { ...request, raw: true, signal: either })
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

/** The bytes of an answer as they arrive. It fails when nothing arrives for a long time. */
export async function* arriving({ body }: Pick<HttpReply, 'body'>): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => body.destroy(silent()), patience)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      yield chunk
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
}

const silent = () => new Error(`nothing arrived for ${patience / 1000} seconds`)

function askedWait(headers: Headers): number {
  const given = headers.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.min(longestWait, Math.max(0, seconds * 1000)) : 0
}

/** The text of a short answer. */
export async function textOf(reply: HttpReply): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of arriving(reply)) {
    bytes += piece.length
    if (bytes > mostText) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

export const unreachable = (place: string, cause: unknown): MaestroError =>
  fsError('MAESTRO_FS_PLACE_UNREACHABLE', { place, reason: reasonOf(cause) }, cause)

function reasonOf(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException
  if (message !== '') return message.replace(/\.$/, '')
  return code ?? (cause instanceof Error ? cause.message : 'no connection')
}
