import type { Span } from './personal-data.js'

const localCharacter = /[\p{L}\p{N}._%+'-]/u
/** RFC 5321 allows 64 characters before the @ sign and 255 after it. */
const [maxLocal, maxDomain] = [64, 255]
const domain = /^[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/u
/** What ends a domain: a name, or the last part of an IPv4 address. In `left-pad@1.3.0`, it is a version. */
const lastPart = /\.\p{L}[^.]*$|^\d{1,3}(?:\.\d{1,3}){3}$/u
/** Addresses such as "ann (at) example.org". */
const spelledOut =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}._%+-]{1,64}\s?[[({](?:at|AT)[\])}]\s?(?:[\p{L}\p{N}-]{1,63}(?:\.|\s?[[({](?:dot|DOT)[\])}]\s?)){1,4}\p{L}{2,24}/gu

/**
 * Finds email addresses. The search goes outwards from the @ sign, so that a text without spaces does not take longer.
 */
export function* findEmails(text: string): Generator<Span> {
  const found: Span[] = []
  let last = 0
  for (let sign = text.indexOf('@'); sign >= 0; sign = text.indexOf('@', sign + 1)) {
    let start = quotedStart(text, sign, last) ?? sign
    while (start > last && sign - start < maxLocal && localCharacter.test(characterBefore(text, start)))
      start -= characterBefore(text, start).length
    while (start < sign && /['.]/.test(text[start] ?? '')) start++
    const [host = ''] = domain.exec(text.slice(sign + 1, sign + 1 + maxDomain)) ?? []
    const end = sign + 1 + host.replace(/-+$/, '').length
    if (start === sign || !lastPart.test(host)) continue
    found.push({ start, end })
    last = end
  }
  for (const match of text.matchAll(spelledOut)) found.push({ start: match.index, end: match.index + match[0].length })
  yield* found.sort((one, other) => one.start - other.start)
}

/** Where a quoted name before the @ sign begins, as in `"ann lee"@example.org`. */
function quotedStart(text: string, sign: number, last: number): number | undefined {
  if (text[sign - 1] !== '"') return undefined
  const from = Math.max(last, sign - maxLocal - 2)
  const open = text.slice(from, sign - 1).lastIndexOf('"')
  return open < 0 || /[\r\n]/.test(text.slice(from + open, sign)) ? undefined : from + open
}

function characterBefore(text: string, place: number): string {
  const unit = text.charCodeAt(place - 1)
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(Math.max(0, place - 2), place) : text.slice(place - 1, place)
}
