/** A JSON value in a text, and its length. */
export interface JsonValueInText {
  readonly value: unknown
  /** The length in characters of the text. */
  readonly length: number
}

/** Deeper values are not answers and would overflow the stack of recursive code. */
const deepest = 256

/** If a text has more values, only the last ones are kept. */
const most = 64

/**
 * Finds the complete JSON values in a text, in their order. Models put fences, greetings, drafts, and remarks around
 * their answers. A part of an incomplete value does not count, because its meaning is unknown. The time is proportional
 * to the length of the text.
 *
 * @example
 * jsonValuesIn('As [1] says: ```json\n{"tone":"good"}\n```').map(({ value }) => value) // [[1], { tone: 'good' }]
 */
export function jsonValuesIn(text: string): readonly JsonValueInText[] {
  const whole = wholeJson(text)
  if (whole !== undefined) return [{ value: whole, length: text.length }]
  const found: JsonValueInText[] = []
  for (const { start, end } of valueSpans(text)) {
    const value = wholeJson(text.slice(start, end))
    if (value !== undefined) found.push({ value, length: end - start })
  }
  return (found.length > 0 ? found : fencedScalars(text)).slice(-most)
}

/** The value of a text that consists of JSON alone; undefined if it does not, or if it is too deep. */
export function wholeJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return text.length > deepest && isTooDeep(text) ? undefined : value
  } catch {
    return undefined
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (inString) {
      if (character === '\\') at++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      if (++depth > deepest) return true
    } else if (character === '}' || character === ']') depth--
  }
  return false
}

/** A fence may hold a text or a number. */
function fencedScalars(text: string): readonly JsonValueInText[] {
  return fencedParts(text).flatMap((inner) => {
    const value = wholeJson(inner)
    return value === undefined ? [] : [{ value, length: inner.length }]
  })
}

/** The texts within code fences, without the name of the language. */
export function fencedParts(text: string): readonly string[] {
  return text
    .split('```')
    .filter((_, place, pieces) => place % 2 === 1 && place < pieces.length - 1)
    .map((inner) => inner.replace(/^[a-z]*\s*\n/i, '').trim())
}

const token = /\s*(?:("[^"\\]*(?:\\[\s\S][^"\\]*)*")|([{}[\],:])|(true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))/y

/**
 * Finds the objects and lists in a text. After a failed candidate, the search continues after the place of the failure
 * and not after the bracket, because all brackets that are open there would fail at the same place.
 */
function* valueSpans(text: string): Generator<{ readonly start: number; readonly end: number }> {
  for (let from = 0; ; ) {
    const start = from + text.slice(from).search(/[{[]/)
    if (start < from) return
    const { end, isWhole } = walk(text, start)
    if (isWhole) yield { start, end }
    from = Math.max(end, start + 1)
  }
}

/** Scans from a bracket to its partner, as long as the text is JSON. @returns the end, or the place of the failure */
function walk(text: string, start: number): { readonly end: number; readonly isWhole: boolean } {
  const open: string[] = []
  // What may follow: a value or the end, a value, a name or the end, a name, a colon, a comma or the end.
  let awaits: 'value or end' | 'value' | 'name or end' | 'name' | 'colon' | 'comma or end' = 'value'
  for (let at = start; ; ) {
    token.lastIndex = at
    const [all, string, mark, scalar] = token.exec(text) ?? []
    if (all === undefined) return { end: at, isWhole: false }
    const next = at + all.length
    const isValue = awaits === 'value' || awaits === 'value or end'
    const isName = awaits === 'name' || awaits === 'name or end'
    const mayEnd = awaits === 'value or end' || awaits === 'name or end' || awaits === 'comma or end'
    if (string !== undefined && isName) awaits = 'colon'
    else if ((string !== undefined || scalar !== undefined) && isValue) awaits = 'comma or end'
    else if (mark === ':' && awaits === 'colon') awaits = 'value'
    else if (mark === ',' && awaits === 'comma or end') awaits = open.at(-1) === '{' ? 'name' : 'value'
    else if ((mark === '{' || mark === '[') && isValue) {
      open.push(mark)
      awaits = mark === '{' ? 'name or end' : 'value or end'
    } else if (mark === (open.at(-1) === '{' ? '}' : ']') && mayEnd) {
      open.pop()
      if (open.length === 0) return { end: next, isWhole: true }
      awaits = 'comma or end'
    } else return { end: at, isWhole: false }
    at = next
  }
}
