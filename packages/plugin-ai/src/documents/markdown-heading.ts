/** A heading of Markdown on a line of its own. */
export interface MarkdownHeading {
  readonly level: number
  readonly title: string
}

/**
 * Parses a heading line without its closing signs; returns undefined for other lines. It avoids patterns whose parts
 * could match the same blanks, because those take quadratic time on a line of many blanks.
 */
export function headingOf(line: string): MarkdownHeading | undefined {
  const start = /^ {0,3}(#{1,6})(?=[ \t])/.exec(line)
  if (start === null) return undefined
  const text = line.slice(start[0].length).trim()
  let end = text.length
  while (text[end - 1] === '#') end--
  const closes = end < text.length && (end === 0 || text[end - 1] === ' ' || text[end - 1] === '\t')
  return { level: start[1]?.length ?? 1, title: (closes ? text.slice(0, end) : text).trimEnd() }
}
