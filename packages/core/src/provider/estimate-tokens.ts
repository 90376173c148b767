import type { Message } from '../contracts/serving.js'

/**
 * Tokens per character, averaged over the vocabularies of current models (o200k, cl100k, and similar). Most words of
 * Latin letters are single tokens; few combinations of Chinese, Japanese, or Korean characters are.
 */
const tokensPer = { latin: 0.22, sign: 0.5, otherAlphabet: 0.5, ideograph: 0.8, pictograph: 2 }

/**
 * Estimates the number of tokens of a text, within a factor of two for every language. It is for providers that do not
 * count tokens: a count of 0 would look like a free call.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x250) tokens += isLetterOrSpace(code) ? tokensPer.latin : tokensPer.sign
    else if (isIdeograph(code)) tokens += tokensPer.ideograph
    // Each half of a surrogate pair.
    else if (code >= 0xd800 && code <= 0xdfff) tokens += tokensPer.pictograph / 2
    else tokens += tokensPer.otherAlphabet
  }
  return Math.ceil(tokens)
}

/** Estimates the number of tokens of a chat's texts. */
export function estimateChatTokens(messages: readonly Message[]): number {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  )
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0)
}

function isLetterOrSpace(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 32 || code >= 0xc0
}

/** Han, kana, Hangul, and their punctuation and full-width forms. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7ff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xffef)
  )
}
