import type { Decode } from '../../values/decode.js'
import { Unfit } from '../../values/unfit.js'

/**
 * Parses a list as PostgreSQL writes it: `{1,NULL,"a \"b\"",{2}}`. @throws Unfit for a list with bounds of its own, such as
 * `[0:1]={1,2}`, which would be another list without them
 */
export function parseArray(text: string, decode: Decode | undefined): unknown[] {
  if (text.startsWith('['))
    throw new Unfit(text, 'is a list whose places do not begin with 1; cast it to text in a query')
  let at = text.indexOf('{') + 1
  const item = (raw: string): unknown => (decode === undefined ? raw : decode(raw))
  const readList = (): unknown[] => {
    const items: unknown[] = []
    for (;;) {
      const char = text[at]
      if (char === '}' || char === undefined) {
        at++
        return items
      }
      if (char === ',') at++
      else if (char === '{') {
        at++
        items.push(readList())
      } else if (char === '"') items.push(item(readQuoted()))
      else {
        const raw = readPlain()
        items.push(raw === 'NULL' ? null : item(raw))
      }
    }
  }
  const readQuoted = (): string => {
    let value = ''
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      value += text[at]
    }
    at++
    return value
  }
  const readPlain = (): string => {
    const start = at
    while (text[at] !== ',' && text[at] !== '}') at++
    return text.slice(start, at)
  }
  return readList()
}
