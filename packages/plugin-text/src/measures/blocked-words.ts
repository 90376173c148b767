import { countMatches, type TextParts } from './text-parts.js'

/**
 * Counts the words of a list in a text, in any capitals. A word in a script with spaces counts only as a whole word; one
 * in Chinese, Japanese, or Thai counts wherever it occurs.
 */
export function blockedWordCounter(list: readonly string[]): (parts: TextParts) => number {
  const words = [...new Set(list.map((word) => word.trim().toLowerCase()).filter((word) => word !== ''))]
  if (words.length === 0) return () => 0
  const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
  const patterns = words
    .sort((one, other) => other.length - one.length)
    .map((word) => {
      const text = word.replace(/[$()*+.?[\\\]^{|}]/gu, '\\$&')
      return unspaced.test(word) ? text : `(?<![\\p{L}\\p{N}])${text}(?![\\p{L}\\p{N}])`
    })
  const pattern = new RegExp(patterns.join('|'), 'gu')
  return ({ text }) => countMatches(text.toLowerCase(), pattern)
}
