import { share } from './counts.js'
import type { TextParts } from './text-parts.js'

/**
 * Measures of repetition, as in Gopher (Rae et al. 2021, table A1) and in the filters of FineWeb. Lengths are in UTF-16
 * units. Each is a share of the text that repeats an earlier part of it.
 */

/** Lines that repeat an earlier line over all lines. */
export const duplicateLineRatio = (parts: TextParts): number => repeated(parts.lines).items
/** Characters of lines that repeat an earlier line over all characters of lines. */
export const duplicateLineCharacterRatio = (parts: TextParts): number => repeated(parts.lines).characters
/** Paragraphs that repeat an earlier one over all paragraphs. */
export const duplicateParagraphRatio = (parts: TextParts): number => repeated(parts.paragraphs).items
/** Characters of paragraphs that repeat an earlier one over all characters of paragraphs. */
export const duplicateParagraphCharacterRatio = (parts: TextParts): number => repeated(parts.paragraphs).characters

function repeated(items: readonly string[]): { readonly items: number; readonly characters: number } {
  const seen = new Set<string>()
  let [count, length, whole] = [0, 0, 0]
  for (const item of items) {
    whole += item.length
    if (seen.has(item)) {
      count++
      length += item.length
    } else seen.add(item)
  }
  return { items: share(count, items.length), characters: share(length, whole) }
}

/** Characters of the most frequent sequence of `size` words over all characters of words. */
export function topSequenceRatio({ words }: TextParts, size: number): number {
  const counts = new Map<string, number>()
  let most = 0
  for (const { sequence, length } of sequences(words, size)) {
    const count = (counts.get(sequence) ?? 0) + 1
    counts.set(sequence, count)
    if (count > 1) most = Math.max(most, count * length)
  }
  return Math.min(1, share(most, lengthOf(words)))
}

/** Characters of sequences of `size` words that occurred before over all characters of words. */
export function duplicateSequenceRatio({ words }: TextParts, size: number): number {
  const seen = new Set<string>()
  let length = 0
  // A sequence that is counted is passed over, so that no word counts twice.
  let next = 0
  for (const found of sequences(words, size)) {
    if (found.start < next) continue
    if (seen.has(found.sequence)) {
      length += found.length
      next = found.start + size
    } else seen.add(found.sequence)
  }
  return share(length, lengthOf(words))
}

function* sequences(words: readonly string[], size: number) {
  // A sequence is a piece of one text, which costs less than a text that is joined for each.
  const text = words.join(' ')
  let end = words.slice(0, size - 1).reduce((sum, word) => sum + word.length + 1, 0)
  let at = 0
  for (let start = 0; start + size <= words.length; start++) {
    end += (words[start + size - 1]?.length ?? 0) + 1
    yield { start, sequence: text.slice(at, end - 1), length: end - at - size }
    at += (words[start]?.length ?? 0) + 1
  }
}

const lengthOf = (words: readonly string[]) => words.reduce((sum, word) => sum + word.length, 0)
