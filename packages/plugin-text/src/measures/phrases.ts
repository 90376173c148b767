import { type TextParts, wordsOf } from './text-parts.js'

/** A run of words ends where the share of different words in it falls to this value. */
const leastDiversity = 0.72

/**
 * The measure of textual lexical diversity, MTLD (McCarthy and Jarvis 2010): the mean number of words until they repeat
 * so much that only 72 % of them differ, forwards and backwards. Unlike `uniqueWordRatio`, it does not fall with the
 * length of the text. A text in which words never repeat so much has the number of its words.
 */
export function lexicalDiversity({ words }: TextParts): number {
  return (meanRun(words) + meanRun(words.toReversed())) / 2
}

function meanRun(words: readonly string[]): number {
  let runs = 0
  let [seen, length] = [new Set<string>(), 0]
  for (const word of words) {
    seen.add(word)
    length++
    if (seen.size / length > leastDiversity) continue
    runs++
    ;[seen, length] = [new Set(), 0]
  }
  // What is left counts as a part of a run.
  if (length > 0) runs += (1 - seen.size / length) / (1 - leastDiversity)
  return runs === 0 ? words.length : words.length / runs
}

/** The number of words of the longest piece between two punctuation marks. Many mean a list or a text without marks. */
export function longestPhrase({ text }: TextParts): number {
  let most = 0
  for (const phrase of text.split(/[.!?,;:|•…–—。！？，、；：]|\n\s*\n/u)) most = Math.max(most, wordsOf(phrase).length)
  return most
}
