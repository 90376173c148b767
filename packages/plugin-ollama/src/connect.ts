import {
  boundedBody,
  failureIn,
  MaestroError,
  maestroError,
  parseReply,
  readBytes,
  readText,
  sendHttp,
  servingError,
  unexpectedReply,
  unreadableReply,
} from '@maestro-dataflow/core'
import type { Ollama } from 'ollama'
import { failedReply } from './failed-reply.js'
import { replyLines } from './reply-lines.js'

/** The caller and the address of a client. */
export interface Connection {
  /** The serving's name, for errors. */
  readonly serving: string
  readonly model: string
  readonly url: string
  readonly apiKey: string | undefined
  readonly signal: AbortSignal | undefined
  readonly onActivity: (() => void) | undefined
}

/**
 * A client for the requests of one call. The library's own reader prints to the terminal what it does not understand
 * and ignores signals. It therefore receives a `fetch` that reads the answers, fails with typed errors, and can be
 * aborted.
 */
export async function connect(connection: Connection): Promise<Ollama> {
  const { url, apiKey } = connection
  const { Ollama } = await import('ollama')
  return new Ollama({
    host: url,
    ...(apiKey === undefined ? {} : { headers: { authorization: `Bearer ${apiKey}` } }),
    fetch: (input, init) => fetchReply(connection, String(input), init),
  })
}

async function fetchReply(connection: Connection, url: string, init: RequestInit = {}): Promise<Response> {
  const { serving, model, signal, onActivity } = connection
  const { method = 'GET', headers, body } = init
  const reply = await sendHttp(url, {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    body: typeof body === 'string' ? body : undefined,
    signal,
  })
  if (reply.status < 200 || reply.status > 299) throw await failedReply(serving, model, reply)
  const type = reply.headers.get('content-type') ?? ''
  if (type.includes('html')) throw unreadableReply(serving, await readText(reply), type)
  onActivity?.()
  if (!/\/api\/(chat|pull)$/.test(url)) {
    const bytes = await readBytes(reply)
    if (bytes.length === 0) throw unexpectedReply(serving, 'it is empty')
    return new Response(JSON.stringify(wholeReply(serving, new TextDecoder().decode(bytes), type)))
  }
  return new Response(ReadableStream.from(replyLines(serving, boundedBody(reply), onActivity)))
}

/** The data of a complete reply. @throws the typed error that it reports under status 200 */
function wholeReply(serving: string, text: string, type: string): unknown {
  let value: unknown
  try {
    value = parseReply(text)
  } catch {
    throw unreadableReply(serving, text, type)
  }
  const failure = failureIn(value)
  if (failure !== undefined) throw servingError(serving, { status: 500, ...failure, body: value })
  return value
}

/** Converts what a client threw to a typed error. Unknown errors stay unchanged. */
export function typedError({ serving, url, signal }: Connection, error: unknown): unknown {
  if (MaestroError.is(error)) return error
  if (signal?.aborted === true) return maestroError('MAESTRO_SERVING_ABORTED', { serving }, error)
  if (error instanceof SyntaxError)
    return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason: `${url}: ${error.message}` }, error)
  const { code, message } = error as { code?: unknown; message: string }
  // These are thrown before anything is sent.
  if (typeof code !== 'string' || code.startsWith('ERR_INVALID')) return error
  const reason = `${url}: ${message.includes(code) ? message : `${code} ${message}`.trim()}`
  return servingError(serving, { reason, fix: startHint(url) }, error)
}

function startHint(url: string): string {
  const { hostname } = new URL(url)
  return /^(localhost|127\..*|\[::1\])$/.test(hostname)
    ? 'Start it with `ollama serve`, or name its address in the option `host`.'
    : `Start it on ${hostname} with \`OLLAMA_HOST=0.0.0.0 ollama serve\`, and check the network between here and there.`
}
