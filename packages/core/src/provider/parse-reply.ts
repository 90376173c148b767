const quote = 34
const backslash = 92
const space = 32
const constant = /-?(?:NaN|Infinity)\b/y

/** Comments by which a server keeps a connection alive, and the guard that some put before their JSON. */
const before = /^(?:\s*(?::[^\n]*|\)\]\}',?)\r?\n)+/

/**
 * Parses the JSON of a reply. A byte order mark and comments before it are skipped. Constants of Python that JSON lacks (`NaN`, `-Infinity`) are
 * null, and bare line breaks within texts count, because neither may invalidate an answer.
 *
 * @throws SyntaxError
 */
export function parseReply(text: string): unknown {
  const given = (text.startsWith('\ufeff') ? text.slice(1) : text).replace(before, '')
  try {
    return JSON.parse(given)
  } catch (error) {
    const amended = amend(given)
    if (amended === given) throw error
    return JSON.parse(amended)
  }
}

/** Reads each character once, because a reply may be long. */
function amend(text: string): string {
  const pieces: string[] = []
  let from = 0
  let isText = false
  const replace = (at: number, length: number, by: string) => {
    pieces.push(text.slice(from, at), by)
    from = at + length
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isText && code === backslash) at++
    else if (code === quote) isText = !isText
    else if (isText && code < space) replace(at, 1, JSON.stringify(text[at]).slice(1, -1))
    else if (!isText && '-NI'.includes(text[at] ?? ' ')) {
      constant.lastIndex = at
      const [found] = constant.exec(text) ?? []
      if (found === undefined) continue
      replace(at, found.length, 'null')
      at += found.length - 1
    }
  }
  return from === 0 ? text : pieces.join('') + text.slice(from)
}
