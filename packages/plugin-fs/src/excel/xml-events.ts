import { unreadable } from '../unreadable.js'

/** The beginning or the end of an element, or text. Names have no prefix. */
export type XmlEvent =
  | {
      readonly kind: 'open'
      readonly name: string
      readonly attributes: Readonly<Record<string, string>>
      readonly isEmpty: boolean
    }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The longest tag or text of a part. */
const longest = 64 * 1024 ** 2

/**
 * The elements of an XML document as they arrive. A document with a type of its own, which could define entities, is
 * refused.
 *
 * @throws MAESTRO_FS_CONTENT
 */
export async function* xmlEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly XmlEvent[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    const { events, used } = eventsIn(rest)
    rest = rest.slice(used)
    if (rest.length > longest) throw unreadable('a part of it is too long')
    if (events.length > 0) yield events
  }
  if (rest.trim() !== '') throw unreadable('a part of it is cut off')
}

/** The whole events at the beginning of a text. */
function eventsIn(text: string): { readonly events: readonly XmlEvent[]; readonly used: number } {
  const events: XmlEvent[] = []
  let at = 0
  for (;;) {
    const tag = text.indexOf('<', at)
    if (tag < 0) return { events, used: at }
    const end = endOfTag(text, tag)
    if (end < 0) return { events, used: at }
    if (tag > at) events.push({ kind: 'text', text: plain(text.slice(at, tag)) })
    const inner = text.slice(tag + 1, end)
    if (inner.startsWith('![CDATA[')) events.push({ kind: 'text', text: inner.slice(8, -2) })
    else if (inner.startsWith('!DOCTYPE')) throw unreadable('a part of it has a document type')
    else if (inner.startsWith('/')) events.push({ kind: 'close', name: localName(inner.slice(1).trim()) })
    else if (!inner.startsWith('?') && !inner.startsWith('!')) events.push(openTag(inner))
    at = end + 1
  }
}

const exclamation = 33

/** The position of the character that ends a tag; -1 if it has not arrived. */
function endOfTag(text: string, tag: number): number {
  if (tag + 1 < text.length && text.charCodeAt(tag + 1) !== exclamation) return text.indexOf('>', tag)
  const ends: readonly (readonly [string, string])[] = [
    ['<![CDATA[', ']]>'],
    ['<!--', '-->'],
  ]
  for (const [start, end] of ends) {
    // The beginning itself may not have arrived.
    if (start.startsWith(text.slice(tag, tag + start.length)) && text.length < tag + start.length) return -1
    if (!text.startsWith(start, tag)) continue
    const found = text.indexOf(end, tag)
    return found < 0 ? -1 : found + end.length - 1
  }
  return text.indexOf('>', tag)
}

const noAttributes: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

function openTag(inner: string): XmlEvent {
  const isEmpty = inner.endsWith('/')
  let end = 0
  // The name ends before white space or a slash.
  while (end < inner.length && inner.charCodeAt(end) > 32 && inner.charCodeAt(end) !== 47) end++
  const name = localName(inner.slice(0, end))
  const attributes = end >= inner.length - 1 ? noAttributes : attributesIn(inner, end)
  return { kind: 'open', name, attributes, isEmpty }
}

/** A loop, because a sheet has a tag with attributes for each cell, and a pattern takes several times as long. */
function attributesIn(text: string, from: number): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = Object.create(null)
  for (let at = from; ; ) {
    const equals = text.indexOf('=', at)
    if (equals < 0) return attributes
    let open = equals + 1
    while (text.charCodeAt(open) <= 32) open++
    const quote = text.charAt(open)
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, open + 1) : -1
    if (close < 0) return attributes
    attributes[localName(text.slice(at, equals).trim())] = plain(text.slice(open + 1, close))
    at = close + 1
  }
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)

function plain(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const code = name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
