import { Tokenizer } from 'htmlparser2'

/** Elements whose text nobody reads. */
const hidden = new Set(['script', 'style', 'template', 'noscript', 'head', 'svg', 'math', 'iframe', 'object'])
/** Elements that begin and end a line. */
const blocks = new Set(
  'address article aside blockquote body dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th thead tr ul br'.split(
    ' ',
  ),
)

/**
 * The text of HTML, with decoded entities and a line for each block. A text without HTML stays as it is. Only tokens are
 * read and no tree is built, so that the time grows with the length of the text however deeply it is nested.
 */
export function htmlText(html: string): string {
  if (!/[<&]/u.test(html)) return html
  const pieces: string[] = []
  /** The hidden element that has not ended yet. The body ends a head that is never closed. */
  let inside: string | undefined
  const breakLine = (name: string) => {
    if (blocks.has(name) && inside === undefined) pieces.push('\n')
  }
  const ignore = () => undefined
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext(start, end) {
        if (inside === undefined) pieces.push(html.slice(start, end))
      },
      ontextentity(codePoint) {
        if (inside === undefined) pieces.push(String.fromCodePoint(codePoint))
      },
      onopentagname(start, end) {
        const name = html.slice(start, end).toLowerCase()
        if (name === 'body' && inside === 'head') inside = undefined
        if (inside === undefined && hidden.has(name)) inside = name
        breakLine(name)
      },
      onselfclosingtag() {
        inside = undefined
      },
      onclosetag(start, end) {
        const name = html.slice(start, end).toLowerCase()
        if (name === inside) inside = undefined
        breakLine(name)
      },
      onopentagend: ignore,
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onprocessinginstruction: ignore,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  const lines = pieces.join('').split('\n')
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
}
