/**
 * The initial distance in which the end of a character is searched. The longest common emoji have about 35 code units.
 */
const usualReach = 128
/** A longer row of signs that all join, such as a hundred thousand flags, may be cut anywhere: looking further takes time. */
const longestReach = 32_768

/** Signs that join with the following letter. */
const joiners = new Set([0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0xd4e])

let graphemes: Intl.Segmenter | undefined

/**
 * The last position up to `at` that does not cut a grapheme: a surrogate pair, an emoji, or a letter with its marks.
 */
export function graphemeStart(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isSureBreak(text, at)) return at
  const { from, index } = segmentAt(text, at)
  return from + index
}

/** The first position from `at` on that does not cut a grapheme. */
export function graphemeEnd(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isSureBreak(text, at)) return at
  const { from, index, segment } = segmentAt(text, at)
  return from + index === at ? at : from + index + segment.length
}

/** The grapheme around a position, and the start of the searched range. */
function segmentAt(text: string, at: number): { from: number; index: number; segment: string } {
  let from = at - 1
  // Start at a certain grapheme boundary, so that pairs (flags, surrogates) are segmented correctly.
  while (from > 0 && at - from < longestReach && !isSureBreak(text, from)) from--
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (let reach = usualReach; ; reach *= 2) {
    const stretch = text.slice(from, at + reach)
    const { index = at - from, segment = '' } = graphemes.segment(stretch).containing(at - from) ?? {}
    // A grapheme at the end of the range, or before half a surrogate pair, may continue after it.
    const isWhole = index + segment.length < stretch.length - 1 || at + reach >= text.length
    if (isWhole || reach >= longestReach) return { from, index, segment }
  }
}

/** Whether a grapheme certainly begins at a position. */
function isSureBreak(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return isPlain(after) && !isSurrogate(before) && !joiners.has(before) && !(before === 13 && after === 10)
}

/** Letters and signs of the Latin, Chinese, and Japanese scripts, except combining marks. */
function isPlain(code: number): boolean {
  return code < 0x300
    ? code !== 0xa9 && code !== 0xae && code !== 0xad
    : code >= 0x3041 && code < 0xa000 && !(code >= 0x3099 && code <= 0x309c) && code !== 0x3297 && code !== 0x3299
}

const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000
