import type { Message } from '../contracts/serving.js'

/**
 * Tokens for one character, between what the vocabularies of today's models make of it (o200k, cl100k and the like):
 * words of Latin letters are mostly known as a whole, characters of Chinese, Japanese and Korean rarely.
 */
const tokensPer = { latin: 0.22, sign: 0.5, otherAlphabet: 0.5, ideograph: 0.8, pictograph: 2 }

/**
 * About how many tokens a text has, within a factor of two for texts of any language. For providers that do not count
 * them: 0 would look like a call that costs nothing.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x250) tokens += isLetterOrSpace(code) ? tokensPer.latin : tokensPer.sign
    else if (isIdeograph(code)) tokens += tokensPer.ideograph
    // Each half of a pair.
    else if (code >= 0xd800 && code <= 0xdfff) tokens += tokensPer.pictograph / 2
    else tokens += tokensPer.otherAlphabet
  }
  return Math.ceil(tokens)
}

/** About how many tokens the texts of a chat have. */
export function estimateChatTokens(messages: readonly Message[]): number {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  )
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0)
}

function isLetterOrSpace(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 32 || code >= 0xc0
}

/** Han, kana, Hangul, and the punctuation and full-width forms that go with them. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7ff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xffef)
  )
}
