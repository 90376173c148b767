import { type FoldedText, foldText } from './fold-text.js'
import { overlaps, type PersonalData, type PersonalDataType, type Span } from './personal-data.js'

const wordCharacter = /[\p{L}\p{N}\p{M}]/u
/** Scripts without spaces between words have no word boundaries to check. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** Korean particles follow a name without a space. */
const hangul = /\p{Script=Hangul}/u
/** The spaces between characters of unspaced scripts, which some writers put between the names of a person. */
const spacesOfUnspaced = new RegExp(`(?<=${unspaced.source}) +(?=${unspaced.source})`, 'gu')
/** What may separate the words of a value: spaces, the signs in names of files, and the marks of bold and italic text. */
const between = '[\\s_.*~-]'
/** Words of fewer letters are found only if something separates them: "Jo Ann" is not found in "Joann". */
const shortestJoined = 6
/** Of longer values, only the beginning is sought. */
const maxLength = 500

export interface NamedData {
  readonly type: PersonalDataType
  readonly text: string
}

/**
 * Finds every occurrence of values as whole words, regardless of case, of accents, and of what separates their words: "Ann
 * Lee" is found in "ANN LEE", "ann_lee.pdf", and "Lee, Ann", but not in "Annabel Leeds".
 */
export function occurrences(text: string, values: readonly NamedData[]): readonly PersonalData[] {
  if (values.length === 0) return []
  const folded = foldText(text)
  return values.flatMap(({ type, text: value }) => occurrencesOf(folded, value, type))
}

function occurrencesOf({ text, starts }: FoldedText, value: string, type: PersonalDataType): readonly PersonalData[] {
  const words = foldText(value.slice(0, maxLength)).text.trim().replace(spacesOfUnspaced, '').split(/ +/)
  if (words[0] === '') return []
  const isLong = words.join('').length >= shortestJoined
  const found = spansOf(text, words, `${between}{${isLong ? 0 : 1},8}`)
  const last = words.at(-1)
  if (type === 'person' && words.length > 1 && last !== undefined) {
    // Lists put the last name of a person first.
    const turned = spansOf(text, [last, ...words.slice(0, -1)], '[,\\s]{1,4}')
    found.push(...turned.filter((one) => !found.some((other) => overlaps(one, other))))
  }
  return found.map(({ start, end }) => ({ type, start: starts[start] ?? 0, end: starts[end] ?? 0 }))
}

function spansOf(text: string, words: readonly string[], separator: string): Span[] {
  return Array.from(text.matchAll(patternOf(words, separator)), ({ 0: found, index }) => ({
    start: index,
    end: index + found.length,
  }))
}

function patternOf(words: readonly string[], separator: string): RegExp {
  const characters = Array.from(words.join(''))
  const [first = '', last = ''] = [characters[0], characters.at(-1)]
  const before = isBordered(first) ? '(?<![\\p{L}\\p{N}])' : ''
  const after = isBordered(last) && !hangul.test(last) ? '(?![\\p{L}\\p{N}])' : ''
  return new RegExp(`${before}${words.map(quoted).join(separator)}${after}`, 'gu')
}

const isBordered = (character: string): boolean => wordCharacter.test(character) && !unspaced.test(character)

/** Escapes a word, so that it is not a pattern. Between characters of unspaced scripts, there may be spaces. */
function quoted(word: string): string {
  return Array.from(word, (character, place) =>
    place > 0 && unspaced.test(character) ? `\\s{0,2}${escaped(character)}` : escaped(character),
  ).join('')
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
