import { parseReply } from '../parse-reply.js'
import { ReplayedEvents } from './replayed-events.js'

/** Whether these are the data of the event that ends a stream. Some servers quote them. */
export const isEnd = (data: string): boolean => /^\s*"?\[done\]"?\s*$/i.test(data)

/**
 * Whether a text consists of events, of several lines that are JSON on their own, or of a list of pieces, whatever its
 * content type says.
 */
export function isStream(text: string): boolean {
  if (/^\s*(?:data|event|id|retry)?:/.test(text) && /^\s*data:/m.test(text)) return true
  const [first = '', second = ''] = text.trim().split('\n', 2)
  if (first.startsWith('[')) return piecesIn(text) !== undefined
  return first.startsWith('{') && second !== '' && parsed(first) !== undefined && parsed(text) === undefined
}

/**
 * The data of server-sent events as they arrive. Any line end is accepted, comments are omitted, and data at the end
 * without a blank line count.
 *
 * @param onActivity Called for each piece that arrives, including comments.
 */
export async function* serverEvents(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void = () => undefined,
): AsyncGenerator<string> {
  const events = new ServerEvents()
  const decoder = new TextDecoder()
  for await (const bytes of body) {
    onActivity()
    yield* events.read(decoder.decode(bytes, { stream: true }))
  }
  yield* events.read(decoder.decode())
  yield* events.end()
}

/** Reads a stream in pieces of any length. */
export class ServerEvents {
  readonly #replayed = new ReplayedEvents()
  /** The text so far, while it may be a whole reply: a server may send one although it announces events. */
  #whole: string | undefined = ''
  /** The beginning of a line. */
  #line = ''
  #data: string[] = []
  #id: string | undefined

  /** @returns the data of the events that are complete now */
  read(piece: string): readonly string[] {
    if (this.#whole !== undefined) this.#whole += piece
    // A line feed may follow in the next piece.
    const lines = `${this.#line}${piece}`.split(/\r\n|\n|\r(?!$)/)
    this.#line = lines.pop() ?? ''
    const found = lines.flatMap((line) => this.#readLine(line))
    if (found.length > 0) this.#whole = undefined
    return found
  }

  /** @returns the data of the events that the end of the stream completes */
  end(): readonly string[] {
    const found = [...this.#readLine(this.#line.replace(/\r$/, '')), ...this.#readLine(''), ...this.#replayed.rest()]
    const events = found.flatMap(separate)
    if (events.length > 0 || this.#whole === undefined) return events
    const whole = this.#whole.trim()
    return parsed(whole) === undefined && !whole.startsWith('[') ? [] : (piecesIn(whole) ?? [whole])
  }

  #readLine(line: string): readonly string[] {
    if (line === '') return this.#endEvent()
    const [, name, value = ''] = /^(data|id)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'data') this.#data.push(value)
    else if (name === 'id') this.#id = value
    // Some servers write lines of JSON, without the names of fields. Those of a list are no events.
    else if (line.startsWith('{') && this.#whole?.trimStart().startsWith('[') !== true && parsed(line) !== undefined)
      return [line]
    return []
  }

  #endEvent(): readonly string[] {
    const [data, id] = [this.#data, this.#id]
    this.#data = []
    this.#id = undefined
    return data.length === 0 ? [] : this.#replayed.without({ data: data.join('\n'), id }).flatMap(separate)
  }
}

/** Servers that omit the blank line between events merge several into one; each of their lines is JSON on its own. */
function separate(data: string): readonly string[] {
  // Some servers keep the connection alive by empty events.
  if (data.trim() === '') return []
  if (!data.includes('\n') || parsed(data) !== undefined) return piecesIn(data) ?? [data]
  return data.split('\n').filter((line) => line.trim() !== '')
}

/** The pieces of a stream that a server has put into one list, as that of Gemini does if nobody asks for events. */
function piecesIn(text: string): readonly string[] | undefined {
  if (!/^\s*\[\s*\{/.test(text)) return undefined
  const pieces = parsed(text)
  return Array.isArray(pieces) && pieces.length > 1 ? pieces.map((piece) => JSON.stringify(piece)) : undefined
}

function parsed(text: string): unknown {
  try {
    return parseReply(text)
  } catch {
    return undefined
  }
}
