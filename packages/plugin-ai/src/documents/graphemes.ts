/** How far behind a place the end of a character is looked for at first. The longest usual emoji are about 35 code units. */
const usualReach = 128

/** Signs that join with the letter behind them. */
const joiners = new Set([0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0xd4e])

let graphemes: Intl.Segmenter | undefined

/** The last place up to `at` that cuts no character as people see it: no surrogate pair, no emoji, no letter with its marks. */
export function graphemeStart(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isSureBreak(text, at)) return at
  const { from, index } = segmentAt(text, at)
  return from + index
}

/** The first place from `at` on that cuts no character as people see it. */
export function graphemeEnd(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isSureBreak(text, at)) return at
  const { from, index, segment } = segmentAt(text, at)
  return from + index === at ? at : from + index + segment.length
}

/** The character around a place, and where the stretch that was looked at begins. */
function segmentAt(text: string, at: number): { from: number; index: number; segment: string } {
  let from = at - 1
  // From a place that is surely between two characters, so that pairs (flags, surrogates) are told apart rightly.
  while (from > 0 && !isSureBreak(text, from)) from--
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (let reach = usualReach; ; reach *= 2) {
    const stretch = text.slice(from, at + reach)
    const { index = at - from, segment = '' } = graphemes.segment(stretch).containing(at - from) ?? {}
    // A character that ends with the stretch, or before half a pair, may go on behind it.
    if (index + segment.length < stretch.length - 1 || at + reach >= text.length) return { from, index, segment }
  }
}

/** Whether a character begins at a place that joins nothing before it. */
function isSureBreak(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return isPlain(after) && !isSurrogate(before) && !joiners.has(before) && !(before === 13 && after === 10)
}

/** Letters and signs of Latin scripts, and of Chinese and Japanese but for those that are marks. */
function isPlain(code: number): boolean {
  return code < 0x300
    ? code !== 0xa9 && code !== 0xae && code !== 0xad
    : code >= 0x3041 && code < 0xa000 && !(code >= 0x3099 && code <= 0x309c) && code !== 0x3297 && code !== 0x3299
}

const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000
