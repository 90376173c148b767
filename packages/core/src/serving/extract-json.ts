/**
 * The first whole JSON value in a text: models put fences, greetings and remarks around what they were asked for.
 *
 * @returns the value, or undefined when there is none
 * @example extractJson('Sure! ```json\n{"tone":"good"}\n```') // { tone: 'good' }
 */
export function extractJson(text: string): unknown {
  const whole = parseJson(text.trim())
  if (whole !== undefined) return whole
  for (const { index } of text.matchAll(/[{[]/g)) {
    const end = endOfValue(text, index)
    const value = end === undefined ? undefined : parseJson(text.slice(index, end))
    if (value !== undefined) return value
  }
  return undefined
}

/** The value of a text that is JSON and nothing else; undefined when it is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where the object or list that begins at a place ends: its brackets are balanced, those in strings aside. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (inString) {
      if (character === '\\') at++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return undefined
}
