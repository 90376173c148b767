import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many columns of a terminal a text takes: wide characters take two, colours none. */
export function textWidth(text: string): number {
  return stringWidth(text)
}

/** A text without colours, cut to a width; an ellipsis stands for what was cut off. */
export function cutText(text: string, width: number): string {
  // A column holds at least one code unit of text, so that a very long text is not measured whole.
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

/** A text with spaces after it up to a width. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}
