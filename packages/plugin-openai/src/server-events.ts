import { createParser } from 'eventsource-parser'
import { ReplayedEvents } from './replayed-events.js'

/** Whether these are the data of the event that ends a stream. Some servers quote them. */
export const isEnd = (data: string): boolean => /^\s*"?\[done\]"?\s*$/i.test(data)

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
  const events: string[] = []
  const replayed = new ReplayedEvents()
  const parser = createParser({
    onEvent: ({ data, id }) => void events.push(...replayed.without({ data, id }).flatMap(separate)),
    // Some servers write lines of JSON, without the names of fields.
    onError: ({ line = '' }) => void (line.startsWith('{') && isJson(line) && events.push(line)),
  })
  const decoder = new TextDecoder()
  // A server may send the whole reply although it announces events.
  let withoutEvents: string | undefined = ''
  for await (const bytes of body) {
    onActivity()
    const text = decoder.decode(bytes, { stream: true })
    parser.feed(text)
    if (events.length > 0) withoutEvents = undefined
    else if (withoutEvents !== undefined) withoutEvents += text
    yield* events.splice(0)
  }
  parser.feed(`${decoder.decode()}\n\n`)
  events.push(...replayed.rest().flatMap(separate))
  if (events.length === 0 && withoutEvents !== undefined && isJson(withoutEvents)) yield withoutEvents
  yield* events
}

/** Whether a text consists of events, or of several lines that are JSON on their own, whatever its content type says. */
export function isStream(text: string): boolean {
  if (/^\s*(?:data|event):/.test(text)) return true
  const [first = '', second = ''] = text.trim().split('\n', 2)
  return first.startsWith('{') && second !== '' && isJson(first) && !isJson(text)
}

/** Servers that omit the blank line between events merge several into one; each of their lines is JSON on its own. */
function separate(data: string): readonly string[] {
  // Some servers keep the connection alive by empty events.
  if (data.trim() === '') return []
  if (!data.includes('\n') || isJson(data)) return [data]
  return data.split('\n').filter((line) => line.trim() !== '')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
