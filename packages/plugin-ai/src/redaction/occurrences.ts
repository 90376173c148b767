import type { PersonalData, PersonalDataType } from './personal-data.js'

/** Scripts that write words without spaces have no borders that could be looked at. */
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** Longer ones are compared as they are. */
const maxLength = 500

/**
 * Every place where a text holds a value as whole words, in whatever capitals and spacing: "Ann Lee" is found in
 * "ANN  LEE", and not in "Annabel Leeds".
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
    .split(/[\s\u200b-\u200d]+/u)
    .map(quoted)
  const characters = Array.from(value)
  const before = isBordered(characters[0]) ? '(?<![\\p{L}\\p{N}\\p{M}_])' : ''
  const after = isBordered(characters.at(-1)) ? '(?![\\p{L}\\p{N}\\p{M}_])' : ''
  return new RegExp(`${before}${words.join('[\\s\\u200b-\\u200d]{1,8}')}${after}`, 'giu')
}

const isBordered = (character = ''): boolean => wordCharacter.test(character) && !unspaced.test(character)

const variants: readonly (readonly [RegExp, string])[] = [
  [/['‘’ʼ]/gu, "['‘’ʼ]"],
  [/[-‐‑–]/gu, '[-‐‑–]'],
]

/** A value is a text and never a pattern; apostrophes and hyphens are written in several ways. */
function quoted(word: string): string {
  return Array.from(word, (character) => {
    const variant = variants.find(([pattern]) => character.replace(pattern, '') === '')
    return variant?.[1] ?? character.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  }).join('')
}
