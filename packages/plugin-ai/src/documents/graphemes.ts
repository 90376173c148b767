/** How far around a place is looked for what belongs together. The longest emoji are about 35 code units. */
const reach = 128

let graphemes: Intl.Segmenter | undefined

/** The last place up to `at` that cuts no character as people see it: no surrogate pair, no emoji, no letter with its marks. */
export function graphemeStart(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isPlainCut(text, at)) return at
  const { from, index } = segmentAt(text, at)
  return from + index
}

/** The first place from `at` on that cuts no character as people see it. */
export function graphemeEnd(text: string, at: number): number {
  if (at <= 0 || at >= text.length || isPlainCut(text, at)) return at
  const { from, index, segment } = segmentAt(text, at)
  return from + index === at ? at : from + index + segment.length
}

/** The character around a place, and where the stretch that was looked at begins. */
function segmentAt(text: string, at: number): { from: number; index: number; segment: string } {
  let from = at - 1
  // From a place that is surely between two characters, so that pairs (flags, surrogates) are told apart rightly.
  while (from > 0 && at - from < 8 * reach && !isPlainCut(text, from)) from--
  if (isLowSurrogate(text.charCodeAt(from)) && from > 0) from--
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  const { index = at - from, segment = '' } =
    graphemes.segment(text.slice(from, at + reach)).containing(at - from) ?? {}
  return { from, index, segment }
}

/** Whether both sides of a place are characters that never join others. */
function isPlainCut(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return isPlain(before) && isPlain(after) && !(before === 13 && after === 10)
}

/** Letters and signs of Latin scripts, and of Chinese and Japanese but for those that are marks. */
function isPlain(code: number): boolean {
  return code < 0x300
    ? code !== 0xa9 && code !== 0xae && code !== 0xad
    : code >= 0x3041 && code < 0xa000 && !(code >= 0x3099 && code <= 0x309c) && code !== 0x3297 && code !== 0x3299
}

const isLowSurrogate = (code: number) => code >= 0xdc00 && code < 0xe000
