import { fencedParts } from './json-values.js'

/** Longer texts are not corrected, because the time for some of them grows with the square of the length. */
const longest = 16_384

/**
 * The value of a text that is JSON except for its punctuation: trailing or missing commas, single or typographic
 * quotation marks, names without quotation marks, comments, the constants of Python. Models without a grammar write these. The library `jsonrepair` also completes values that were cut off, and guesses; what it adds or
 * changes beyond punctuation is not an answer, so such a value is left to a repair by the model.
 *
 * @returns undefined when the text has no such value
 */
export async function mendJson(text: string): Promise<unknown> {
  const candidates = [fenced(text), between(text, '{', '}'), between(text, '[', ']')]
  for (const candidate of new Set(candidates)) {
    if (candidate === undefined || candidate.length > longest || hasEllipsis(candidate)) continue
    const { jsonrepair } = await import('jsonrepair')
    try {
      const mended = jsonrepair(candidate)
      if (keepsContent(candidate, mended)) return JSON.parse(mended)
    } catch {
      // The library cannot read this text.
    }
  }
  return undefined
}

function fenced(text: string): string | undefined {
  const inner = fencedParts(text).at(-1)
  return inner !== undefined && /^[{[]/.test(inner) ? inner : undefined
}

function between(text: string, open: string, close: string): string | undefined {
  const [start, end] = [text.indexOf(open), text.lastIndexOf(close)]
  return start >= 0 && start < end ? text.slice(start, end + 1) : undefined
}

/** A list or an object that its writer abridged. */
function hasEllipsis(text: string): boolean {
  return /(?:\.\.\.|…)\s*,?\s*[}\]]/.test(text)
}

/** Whether mending changed punctuation alone: no word, number, bracket or quoted quotation mark was added. */
function keepsContent(original: string, mended: string): boolean {
  const quotationMarks = count(original, '"')
  return (
    isSubsequence(content(mended), content(original)) &&
    [...'{}[]'].every((bracket) => count(mended, bracket) === count(original, bracket)) &&
    (quotationMarks - count(original, '\\"')) % 2 === 0 &&
    count(mended, '\\"') <= quotationMarks
  )
}

/** Letters, digits and signs of a text, without escapes; the constants of Python are those of JSON. */
function content(text: string): string {
  const constants = text.replace(/\bNone\b/g, 'null').replace(/\b(?:True|False)\b/g, (word) => word.toLowerCase())
  return constants.replace(/\\[nrtbf]/g, '').replace(/[^\p{L}\p{M}\p{N}\p{S}.-]/gu, '')
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0
  for (const character of part) {
    const found = whole.indexOf(character, at)
    if (found < 0) return false
    at = found + character.length
  }
  return true
}
