import type { PersonalData, PersonalDataType } from './personal-data.js'

/** Scripts without spaces between words have no word boundaries to check. */
const wordCharacter = /[\p{L}\p{N}\p{M}]/u
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** The spaces between such characters, which some writers put between the names of a person. */
const spacesOfUnspaced = new RegExp(`(?<=${unspaced.source})\\s+(?=${unspaced.source})`, 'gu')
/** What may separate the words of a value. In names of files and addresses, it is not a space. */
const between = '[\\s\\u200b-\\u200d_.\\p{Pd}]{1,8}'
/** Longer values are compared without normalization. */
const maxLength = 500

/**
 * Finds every occurrence of a value as whole words, regardless of case and of what separates them: "Ann Lee" is found in
 * "ANN LEE" and "ann_lee.pdf", but not in "Annabel Leeds".
 */
export function occurrences(text: string, value: string, type: PersonalDataType): readonly PersonalData[] {
  const wanted = value.trim()
  if (wanted === '') return []
  return Array.from(text.matchAll(patternOf(wanted)), (match) => ({
    type,
    start: match.index,
    end: match.index + match[0].length,
  }))
}

function patternOf(value: string): RegExp {
  const words = value
    .slice(0, maxLength)
    .normalize('NFC')
    .replace(spacesOfUnspaced, '')
    .split(/[\s\u200b-\u200d]+/u)
    .map(quoted)
  const characters = Array.from(value.normalize('NFC'))
  const before = isBordered(characters[0]) ? '(?<![\\p{L}\\p{N}\\p{M}])' : ''
  const after = isBordered(characters.at(-1)) ? '(?![\\p{L}\\p{N}\\p{M}])' : ''
  return new RegExp(`${before}${words.join(between)}${after}`, 'giu')
}

const isBordered = (character = ''): boolean => wordCharacter.test(character) && !unspaced.test(character)

const variants: readonly (readonly [RegExp, string])[] = [
  [/['‘’ʼ]/gu, "['‘’ʼ]"],
  [/[-‐‑–]/gu, '[-‐‑–]'],
  [/ss|ß/giu, '(?:ss|ß)'],
]

/**
 * Escapes the value, so that it is not a pattern. Accepts all forms of apostrophes and hyphens, letters with separate
 * accents, and `ss` for `ß`, which has no capital in most texts.
 */
function quoted(word: string): string {
  return Array.from(word.matchAll(/ss|[\s\S]/giu), ([character], place) => {
    if (place > 0 && unspaced.test(character)) return `\\s{0,2}${escaped(character)}`
    const variant = variants.find(([pattern]) => character.replace(pattern, '') === '')
    if (variant !== undefined) return variant[1]
    const apart = character.normalize('NFD')
    return apart === character ? escaped(character) : `(?:${escaped(character)}|${escaped(apart)})`
  }).join('')
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
