import { wordsOf } from '../measures/text-parts.js'
import { isPolicy } from '../measures/web-pages.js'

const sentenceEnd = /[.!?。！？…](?:["'”’」』）)\]]*)$|["”’」』]$/u

/**
 * Keeps the lines that are likely to be natural language, as C4 does (Raffel et al. 2020, section 2.2): a line must end
 * like a sentence, have at least five words, and mention neither JavaScript nor a policy.
 */
export function naturalLines(text: string): string {
  return text
    .split(/\r\n|\n|\r/u)
    .map((line) => line.trim())
    .filter((line) => sentenceEnd.test(line) && !line.endsWith('...') && !/javascript/iu.test(line) && !isPolicy(line))
    .filter((line) => wordsOf(line).length >= 5)
    .join('\n')
}

/** Joins lines within paragraphs. No blank is put between Chinese, Japanese, or Korean characters. */
export function joinedLines(text: string): string {
  return text
    .replace(/\r\n?/gu, '\n')
    .split(/\n[^\S\n]*\n\s*/u)
    .map((paragraph) =>
      paragraph
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .reduce((joined, line) => (joined === '' ? line : `${joined}${gap(joined, line)}${line}`), ''),
    )
    .join('\n\n')
}

const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}，。！？；：、「」『』（）《》]/u

function gap(before: string, after: string): string {
  return wide.test(before.at(-1) ?? '') && wide.test(after[0] ?? '') ? '' : ' '
}
