import { failureIn, maestroError, servingError, unexpectedReply } from '@maestro-dataflow/core'
import { faultOf } from './failed-reply.js'

/** A line of a streamed answer: the part that all of them share. */
interface Line {
  readonly error?: unknown
  readonly done?: unknown
  readonly status?: unknown
  readonly message?: { readonly content?: unknown }
}

/** After this many equal tokens in a row, Ollama ends an answer and sends no last line. */
const loopLength = 30

/**
 * The lines of a streamed answer as they arrive, each checked, because the client library prints unreadable lines and
 * continues. If Ollama has ended an answer that repeated itself, the missing last line is added.
 *
 * @throws MAESTRO_SERVING_BROKEN_REPLY, _UNEXPECTED_REPLY, or the error that a line reports
 */
export async function* replyLines(
  serving: string,
  body: AsyncIterable<Uint8Array>,
  onActivity: (() => void) | undefined,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const contents: string[] = []
  let last: string | undefined
  let isEmpty = true
  for await (const text of textLines(body, onActivity)) {
    isEmpty = false
    const line = parseLine(serving, text)
    throwFailure(serving, line)
    if (!isPiece(line)) throw unexpectedReply(serving, `a line of it is not part of an answer: ${text.slice(0, 100)}`)
    // The library stops reading here; unread data after this line would keep the connection open.
    if (line.done === true || line.status === 'success') {
      last = text
      continue
    }
    if (contents.push(String(line.message?.content).trim()) > loopLength) contents.shift()
    yield encoder.encode(`${text}\n`)
  }
  if (last !== undefined) {
    yield encoder.encode(`${last}\n`)
    return
  }
  if (isEmpty) throw unexpectedReply(serving, 'it is empty')
  if (contents.length < loopLength || new Set(contents).size > 1)
    throw broken(serving, 'the answer ended before it was complete')
  yield encoder.encode('{"message":{"content":""},"done":true,"done_reason":"length"}\n')
}

async function* textLines(
  body: AsyncIterable<Uint8Array>,
  onActivity: (() => void) | undefined,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    onActivity?.()
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines.filter((line) => line.trim() !== '')
  }
  rest += decoder.decode()
  if (rest.trim() !== '') yield rest
}

function parseLine(serving: string, text: string): Line {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw broken(serving, `a line of it is not JSON: ${text.slice(0, 100)}`, error)
  }
  if (typeof value === 'object' && value !== null) return value
  throw unexpectedReply(serving, `a line of it is not an object: ${text.slice(0, 100)}`)
}

function broken(serving: string, reason: string, cause?: unknown) {
  return maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason }, cause)
}

const isPiece = ({ done, status, message }: Line): boolean =>
  done !== undefined || status !== undefined || typeof message === 'object'

/** The status was sent before the failure happened. */
function throwFailure(serving: string, line: Line): void {
  const failure = failureIn(isPiece(line) ? { error: line.error } : line)
  if (failure === undefined) return
  throw servingError(serving, { ...failure, status: faultOf(failure.status ?? 500, failure.reason) })
}
