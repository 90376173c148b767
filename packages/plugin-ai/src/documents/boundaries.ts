import { graphemeStart } from './graphemes.js'

/**
 * A kind of boundary where a text may be cut. Its position is the first character after the cut, behind any white
 * space.
 */
export interface Boundary {
  /** Whether there is a boundary at a position. */
  at(text: string, at: number): boolean
  /** The character that always precedes a boundary, for a fast search. */
  readonly after?: string
  /** The characters that end a unit, before closing signs and white space, for a fast search. */
  readonly ends?: RegExp
}

const newline = 10

/** After an empty line. */
export const paragraph: Boundary = {
  after: '\n',
  at(text, at) {
    if (text.charCodeAt(at - 1) !== newline) return false
    let before = at - 2
    while (before >= 0 && isInlineSpace(text.charCodeAt(before))) before--
    return text.charCodeAt(before) === newline
  },
}

/** After a line. */
export const line: Boundary = { after: '\n', at: (text, at) => text.charCodeAt(at - 1) === newline }

/** After a sentence: behind the white space at its end, or behind the end itself in scripts that put none there. */
export const sentence: Boundary = {
  ends: /[.!?…。！？；｡؟।]/g,
  at(text, at) {
    const before = text.charCodeAt(at - 1)
    const after = text.charCodeAt(at)
    if (isSpace(after)) return false
    if (isSpace(before)) {
      let end = at - 1
      while (end > 0 && at - end < spaceReach && isSpace(text.charCodeAt(end - 1))) end--
      // A lower-case word follows an abbreviation.
      return endsSentence(text, end, isTerminator) && !(after >= 97 && after <= 122)
    }
    if (before < 0x2000 || isCloser(after) || isWideTerminator(after)) return false
    return endsSentence(text, at, isWideTerminator)
  },
}

/** The maximum length of white space that is searched. */
const spaceReach = 64

/** Behind white space. */
export const word: Boundary = { at: (text, at) => isSpace(text.charCodeAt(at - 1)) && !isSpace(text.charCodeAt(at)) }

/** The last boundary after `from` and up to `to`; -1 if there is none. */
export function lastBoundary(text: string, boundary: Boundary, from: number, to: number): number {
  if (boundary.after !== undefined) return lastBehind(text, boundary, boundary.after, from, to)
  let inside = isInWord(text.charCodeAt(to))
  for (let at = to; at > from; at--) {
    const before = isInWord(text.charCodeAt(at - 1))
    // Most positions lie inside words, where there is no boundary.
    if (!(before && inside) && boundary.at(text, at)) return at
    inside = before
  }
  return -1
}

function lastBehind(text: string, boundary: Boundary, after: string, from: number, to: number): number {
  // The slice prevents the search from continuing to the beginning of the text.
  const stretch = text.slice(from, to)
  for (let at = stretch.lastIndexOf(after); at !== -1; at = at === 0 ? -1 : stretch.lastIndexOf(after, at - 1))
    if (boundary.at(text, from + at + 1)) return from + at + 1
  return -1
}

/** The first boundary from `from` on and before `to`; -1 if there is none. */
export function firstBoundary(text: string, boundary: Boundary, from: number, to: number): number {
  if (boundary.ends !== undefined) return firstBehind(text, boundary, boundary.ends, from, to)
  let inside = isInWord(text.charCodeAt(from - 1))
  for (let at = from; at < to; at++) {
    const after = isInWord(text.charCodeAt(at))
    if (!(inside && after) && boundary.at(text, at)) return at
    inside = after
  }
  return -1
}

function firstBehind(text: string, boundary: Boundary, ends: RegExp, from: number, to: number): number {
  // The ending character may lie slightly before it.
  const start = Math.max(0, from - spaceReach)
  const stretch = text.slice(start, to)
  ends.lastIndex = 0
  for (let found = ends.exec(stretch); found !== null; found = ends.exec(stretch)) {
    let at = start + found.index + 1
    while (at < to && isCloser(text.charCodeAt(at))) at++
    if (at >= from && at < to && boundary.at(text, at)) return at
    while (at < to && isSpace(text.charCodeAt(at))) at++
    if (at >= from && at < to && boundary.at(text, at)) return at
  }
  return -1
}

let words: Intl.Segmenter | undefined

/** The last end of a word up to `to`, in scripts without spaces; -1 if there is none after `from`. */
export function lastWordWithoutSpaces(text: string, from: number, to: number): number {
  const start = graphemeStart(text, Math.max(from, to - wordReach))
  words ??= new Intl.Segmenter('zh', { granularity: 'word' })
  const found = words.segment(text.slice(start, to + wordReach)).containing(to - start)
  const at = found === undefined ? -1 : graphemeStart(text, start + found.index)
  return at > from ? at : -1
}

/** The distance around a position in which words are searched. */
const wordReach = 64

function endsSentence(text: string, end: number, isEnd: (code: number) => boolean): boolean {
  let at = end - 1
  while (at > 0 && isCloser(text.charCodeAt(at))) at--
  return isEnd(text.charCodeAt(at))
}

/** The ASCII characters except white space. */
const isInWord = (code: number) => code > 32 && code < 0xa0

export function isSpace(code: number): boolean {
  if (isInWord(code)) return false
  return (
    code === 32 ||
    (code >= 9 && code <= 13) ||
    code === 0xa0 ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0xfeff
  )
}

const isInlineSpace = (code: number) => code !== newline && isSpace(code)
const set = (characters: string) => new Set(Array.from(characters, (character) => character.charCodeAt(0)))
const wideTerminators = set('。！？；｡…')
const otherTerminators = set('…。！？｡؟।')
const otherClosers = set('”’»」』）】》〉')
const isWideTerminator = (code: number) => wideTerminators.has(code)
/** `.`, `!`, `?` and those of other scripts. */
const isTerminator = (code: number) =>
  code < 128 ? code === 46 || code === 33 || code === 63 : otherTerminators.has(code)
/** `"`, `'`, `)`, `]`, `}` and those of other scripts. */
const isCloser = (code: number) =>
  code < 128 ? code === 34 || code === 39 || code === 41 || code === 93 || code === 125 : otherClosers.has(code)
