import { cutText, textWidth } from './text-width.js'

/** Breaks a text at spaces into at most `most` lines of a width. */
export function wrapText(text: string, width: number, most: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = cutText(word, width)
    if (lines.length === most) break
  }
  if (lines.length < most) return [...lines, line]
  return [...lines.slice(0, most - 1), cutText(`${lines[most - 1] ?? ''} ${line}`, width)]
}
