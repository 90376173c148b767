import { stopWords } from './stop-words.js'
import { countMatches, type TextParts } from './text-parts.js'

/** A share of a whole; 0 if the whole is empty. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const lengthOf = (text: string): number => {
  let length = 0
  for (const _ of text) length++
  return length
}

const bullet = /^(?:[-*•‣▪◦●○■□▶➢·–]|\(?\d{1,3}[.)、]|[（(]?[一二三四五六七八九十]{1,3}[)）、])\s*\S/u
const ellipsisEnd = /(?:\.{3}|…|。{3})$/u
/** Marks that end a sentence, also in Chinese and Japanese, and a closing quotation mark after one. */
const lineEnd = /[.!?;:。！？；：…](?:["'”’」』）)\]])?$|["”’」』]$/u

/** The number of Unicode characters. */
export const characters = ({ text }: TextParts): number => lengthOf(text)
export const words = (parts: TextParts): number => parts.words.length
export const sentences = (parts: TextParts): number => parts.sentences
export const lines = (parts: TextParts): number => parts.lines.length
export const paragraphs = (parts: TextParts): number => parts.paragraphs.length

/** The mean number of characters of a word. */
export const meanWordLength = (parts: TextParts): number =>
  share(
    parts.words.reduce((sum, word) => sum + lengthOf(word), 0),
    parts.words.length,
  )

/** Different words over all words. */
export const uniqueWordRatio = (parts: TextParts): number => share(new Set(parts.words).size, parts.words.length)

/** How many different common function words of English, Chinese, or Japanese the text has, as a sign of natural language. */
export const stopWordCount = (parts: TextParts): number => {
  const found = new Set(parts.words)
  const inWords = stopWords.en.filter((word) => found.has(word)).length
  // Where words have no spaces between them, a segmenter joins particles with their neighbors.
  const inText = [stopWords.zh, stopWords.ja].map((list) => list.filter((word) => parts.text.includes(word)).length)
  return Math.max(inWords, ...inText)
}

const functionWords: ReadonlySet<string> = new Set(Object.values(stopWords).flat())

/** Common function words of English, Chinese, or Japanese over words. */
export const stopWordRatio = ({ words }: TextParts): number =>
  share(words.filter((word) => functionWords.has(word)).length, words.length)

/** Hash marks and ellipses over words. */
export const symbolWordRatio = (parts: TextParts): number =>
  Math.min(1, share(countMatches(parts.text, /[#＃]|\.{3}|…+/gu), parts.words.length))

/** Words with at least one letter over all words. */
export const alphabeticWordRatio = (parts: TextParts): number =>
  share(parts.words.filter((word) => /\p{L}/u.test(word)).length, parts.words.length)

const ofVisible = (pattern: RegExp) => (parts: TextParts) =>
  share(countMatches(parts.text, pattern), countMatches(parts.text, /\S/gu))

/** Letters over all characters that are not blank. */
export const letterRatio = ofVisible(/\p{L}/gu)
/** Digits over all characters that are not blank. */
export const digitRatio = ofVisible(/\p{N}/gu)
/** Characters that are neither letters, marks, digits, nor usual punctuation, over all that are not blank. */
export const specialCharacterRatio = ofVisible(
  /[^\s\p{L}\p{M}\p{N}.,;:!?'"()\-–—。，、；：！？“”‘’「」『』（）《》…·]/gu,
)

/** Capital letters over all letters that have a case. */
export const capitalRatio = ({ text }: TextParts): number => {
  const capitals = countMatches(text, /\p{Lu}/gu)
  return share(capitals, capitals + countMatches(text, /\p{Ll}/gu))
}

const ofLines = (holds: (line: string) => boolean) => (parts: TextParts) =>
  share(parts.lines.filter(holds).length, parts.lines.length)

/** Lines that begin with a bullet or a number over all lines. */
export const bulletLineRatio = ofLines((line) => bullet.test(line))
/** Lines that end with an ellipsis over all lines. */
export const ellipsisLineRatio = ofLines((line) => ellipsisEnd.test(line))
/** 1 if the text ends with a colon, so that what it announces is missing; 0 if not. */
export const endsWithColon = ({ lines }: TextParts): number => (/[:：]$/u.test(lines.at(-1) ?? '') ? 1 : 0)
/** Lines that end with a punctuation mark over all lines. */
export const punctuatedLineRatio = ofLines((line) => lineEnd.test(line))
/** Lines of at most 30 characters over all lines. In scripts without spaces, at most 10 characters. */
export const shortLineRatio = (parts: TextParts): number => {
  const most = parts.isUnspaced ? 10 : 30
  return ofLines((line) => lengthOf(line) <= most)(parts)
}
/** Line breaks over words. */
export const newlineWordRatio = (parts: TextParts): number =>
  share(countMatches(parts.text, /\r\n|\n|\r/gu), parts.words.length)
