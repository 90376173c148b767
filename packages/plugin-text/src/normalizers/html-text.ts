import { Parser } from 'htmlparser2'

/** Elements whose text nobody reads. */
const hidden = new Set(['script', 'style', 'template', 'noscript', 'head', 'svg', 'math', 'iframe', 'object'])
/** Elements that begin and end a line. */
const blocks = new Set(
  'address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th thead tr ul br'.split(
    ' ',
  ),
)

/** The text of HTML, with decoded entities and a line for each block. A text without HTML stays as it is. */
export function htmlText(html: string): string {
  if (!/[<&]/u.test(html)) return html
  const pieces: string[] = []
  let depth = 0
  const breakLine = (name: string) => {
    if (blocks.has(name) && depth === 0) pieces.push('\n')
  }
  const parser = new Parser(
    {
      onopentag(name) {
        if (hidden.has(name)) depth++
        breakLine(name)
      },
      ontext(text) {
        if (depth === 0) pieces.push(text)
      },
      onclosetag(name) {
        if (hidden.has(name)) depth = Math.max(0, depth - 1)
        breakLine(name)
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return pieces
    .join('')
    .replace(/[^\S\n]*\n[^\S\n]*/gu, '\n')
    .replace(/\n{2,}/gu, '\n')
    .trim()
}
