import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The number of terminal columns that a text occupies: two for wide characters, none for colors. */
export function textWidth(text: string): number {
  return stringWidth(text)
}

/** A text without colors, cut to a width. An ellipsis replaces the part that is cut off. */
export function cutText(text: string, width: number): string {
  // Each terminal column holds at least one code unit, so the end of a very long text need not be measured.
  const start = text.slice(0, width * 16)
  if (start.length === text.length && textWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const { segment } of graphemes.segment(start)) {
    used += textWidth(segment)
    if (used > width - 1) break
    cut += segment
  }
  return `${cut}…`
}

/** A text that is padded with spaces to a width. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}
