/** A word: letters, marks, and digits, also with an apostrophe or a hyphen within it. */
const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’‑-][\p{L}\p{M}\p{N}]+)*/gu
/** Scripts that do not put spaces between words. */
export const unspacedPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const sentenceEnd = /[.!?]+(?=["'”’)\]]*(?:\s|$))|[。！？]+|[…]+(?=\s|$)/gu
const lineBreak = /\r\n|\n|\r/u
const paragraphBreak = /(?:\r\n|\n|\r)[^\S\r\n]*(?:\r\n|\n|\r)\s*/u

/** The segmenter is given at most this number of characters at once, so that its time is linear. */
const segmentLength = 2000

let segmenter: Intl.Segmenter | undefined

/** The parts of a text. Each kind is found once, when it is first asked for. */
export class TextParts {
  readonly text: string
  #words: readonly string[] | undefined
  #lines: readonly string[] | undefined
  #paragraphs: readonly string[] | undefined
  #sentences: number | undefined

  constructor(text: string) {
    this.text = text
  }

  /** The words in lower case. In Chinese, Japanese, and scripts like Thai, words are those of the Unicode segmenter. */
  get words(): readonly string[] {
    this.#words ??= wordsOf(this.text)
    return this.#words
  }

  /** The lines that are not blank, without blanks at their ends. */
  get lines(): readonly string[] {
    this.#lines ??= nonBlank(this.text.split(lineBreak))
    return this.#lines
  }

  get paragraphs(): readonly string[] {
    this.#paragraphs ??= nonBlank(this.text.split(paragraphBreak))
    return this.#paragraphs
  }

  /** The number of sentences. A rest without an end mark counts as one. */
  get sentences(): number {
    this.#sentences ??= countSentences(this.text)
    return this.#sentences
  }

  /** Whether most letters belong to a script that does not put spaces between words. */
  get isUnspaced(): boolean {
    const sample = this.text.slice(0, 20_000)
    const letters = countMatches(sample, /\p{L}/gu)
    return letters > 0 && countMatches(sample, new RegExp(unspacedPattern, 'gu')) / letters > 0.5
  }
}

function nonBlank(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}

/** The words of a text, in lower case. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = []
  for (const [found] of text.toLowerCase().matchAll(wordPattern)) {
    if (!unspacedPattern.test(found)) words.push(found)
    else
      for (let start = 0; start < found.length; start += segmentLength)
        segment(found.slice(start, start + segmentLength), words)
  }
  return words
}

function segment(text: string, words: string[]): void {
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' })
  for (const { segment: word, isWordLike } of segmenter.segment(text)) if (isWordLike) words.push(word)
}

/** @param pattern A global pattern. */
export function countMatches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

function countSentences(text: string): number {
  let count = 0
  let end = 0
  for (const found of text.matchAll(sentenceEnd)) {
    // Marks alone, as in "...", end nothing.
    if (/[\p{L}\p{N}]/u.test(text.slice(end, found.index))) count++
    end = found.index + found[0].length
  }
  return /[\p{L}\p{N}]/u.test(text.slice(end)) ? count + 1 : count
}
