import { joinedLines, naturalLines } from './lines.js'

type Normalizer = (text: string) => string

/** Pictures, their modifiers, and flags; digits are not among them, although emoji can be made of them. */
const emoji =
  /(?:\p{RI}\p{RI}|[\p{Extended_Pictographic}--[\p{N}©®™#*]](?:\p{EMod}|\uFE0F)?(?:\u200D\p{Extended_Pictographic}(?:\p{EMod}|\uFE0F)?)*|[0-9#*]\uFE0F?\u20E3)/gv

/** What `text.normalize` can do. Each takes time in proportion to the length of the text. */
const normalizers = {
  /** The composed form of each character, NFC. */
  unicode: (text) => text.normalize('NFC'),
  /** NFKC: full-width letters, ligatures, and digits in circles become plain ones. */
  compatibility: (text) => text.normalize('NFKC'),
  /** One blank between words, no blanks at the ends of lines, and at most one empty line. */
  whitespace: (text) =>
    text
      .replace(/\r\n?/gu, '\n')
      .split('\n')
      .map((line) => line.replace(/[^\S\n]+/gu, ' ').trim())
      .join('\n')
      .replace(/\n{3,}/gu, '\n\n')
      .trim(),
  /** No control characters except line breaks and tabs, and no invisible characters except joiners. */
  controls: (text) =>
    text.replace(/[\p{Cc}--[\n\r\t]]|[\u00AD\u200B\u2060\uFEFF\u200E\u200F\u202A-\u202E\u2066-\u2069]/gv, ''),
  /** No addresses of web pages. */
  urls: (text) => text.replace(/\b(?:https?:\/\/|www\.)[^\s<>"'，。；！？）】]+/giu, ''),
  /** No e-mail addresses. */
  emails: (text) =>
    text.replace(/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu, ''),
  emoji: (text) => text.replace(emoji, ''),
  /** Straight quotation marks, hyphens for dashes, and three points for an ellipsis. */
  punctuation: (text) =>
    text
      .replace(/[‘’‚‛′]/gu, "'")
      .replace(/[“”„‟″]/gu, '"')
      .replace(/[‐‑‒–—―−]/gu, '-')
      .replace(/…/gu, '...'),
  lowercase: (text) => text.toLowerCase(),
  /** No references such as [12] or [citation needed]. */
  references: (text) => text.replace(/\[(?:\d{1,4}|edit|citation needed|来源请求|來源請求)\]/giu, ''),
  /** The rules of C4 for lines: see `naturalLines`. */
  'c4-lines': naturalLines,
  /** Joins the lines of a paragraph that was broken at a width. */
  unwrap: joinedLines,
} as const satisfies Readonly<Record<string, Normalizer>>

export const normalizerNames = ['html', ...(Object.keys(normalizers) as (keyof typeof normalizers)[])] as const

export async function loadNormalizer(name: (typeof normalizerNames)[number]): Promise<Normalizer> {
  return name === 'html' ? (await import('./html-text.js')).htmlText : normalizers[name]
}
