/** A list in brackets, by its positions in a text. */
export interface BracketList {
  /** The position of the opening bracket. */
  readonly start: number
  /** The position after the closing bracket. */
  readonly end: number
  /** The positions of the elements, in order. */
  readonly elements: readonly { readonly start: number; readonly end: number }[]
}

/** Adds an element to the end of a list in brackets. The other text, its line breaks, and its comments stay. */
export function insertElement(text: string, { start, end, elements }: BracketList, element: string): string {
  const last = elements.at(-1)
  if (last === undefined) return splice(text, start + 1, element)
  const comma = commaAfter(text, last.end, end - 1)
  const after = comma === undefined ? last.end : comma + 1
  const isMultiline = text.slice(start, elements[0]?.start).includes('\n')
  if (!isMultiline) return splice(text, after, comma === undefined ? `, ${element}` : ` ${element}`)
  const lineStart = text.lastIndexOf('\n', last.start) + 1
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? ''
  // A comment behind the last element belongs to it.
  const lineEnd = /\r?\n/.exec(text.slice(after))?.index
  const at = lineEnd === undefined || after + lineEnd >= end - 1 ? after : after + lineEnd
  const inserted = splice(text, at, `${lineBreakOf(text)}${indent}${element}${comma === undefined ? '' : ','}`)
  return comma === undefined ? splice(inserted, last.end, ',') : inserted
}

/** The line break of a text: that of its first line. */
export function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}

/** Inserts a part into a text. */
export function splice(text: string, at: number, part: string): string {
  return text.slice(0, at) + part + text.slice(at)
}

/** The position of the comma between the last element and the bracket, if there is one outside of comments. */
function commaAfter(text: string, from: number, to: number): number | undefined {
  const between = text.slice(from, to)
  const blanked = between.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n]*/g, (comment) => ' '.repeat(comment.length))
  const at = blanked.indexOf(',')
  return at < 0 ? undefined : from + at
}
