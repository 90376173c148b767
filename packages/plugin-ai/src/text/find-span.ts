/** The position of a span in a text. */
export interface Span {
  readonly start: number
  readonly end: number
}

const quotes: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
}
const dashes = /[‐‑‒–—−]/

/**
 * Finds a quotation in a text. If there is no exact occurrence, differences in white space, quotation marks, dashes,
 * and case are ignored, because models change these when they quote. Returns undefined if the quotation does not occur.
 */
export function findSpan(text: string, quotation: string): Span | undefined {
  const wanted = quotation.trim()
  if (wanted === '') return undefined
  const exact = text.indexOf(wanted)
  if (exact >= 0) return { start: exact, end: exact + wanted.length }
  const [plain, places] = withoutVariants(text)
  const [sought] = withoutVariants(wanted)
  const bare = sought.trim().replace(/^["']|["']$/g, '')
  const found = bare === '' ? -1 : plain.indexOf(bare)
  if (found < 0) return undefined
  const last = places[found + bare.length - 1] ?? 0
  const length = (text.codePointAt(last) ?? 0) > 0xffff ? 2 : 1
  return { start: places[found] ?? 0, end: last + length }
}

/** The normalized text, and the position of each of its characters in the original. */
function withoutVariants(text: string): readonly [plain: string, places: readonly number[]] {
  let plain = ''
  const places: number[] = []
  let place = 0
  for (const character of text) {
    const one = normal(character)
    if (!(one === ' ' && (plain === '' || plain.endsWith(' ')))) {
      for (let unit = 0; unit < one.length; unit++) places.push(place)
      plain += one
    }
    place += character.length
  }
  return [plain, places]
}

function normal(character: string): string {
  if (/\s/.test(character)) return ' '
  if (dashes.test(character)) return '-'
  return (quotes[character] ?? character).toLowerCase()
}
