import { findPhoneNumbersInText } from 'libphonenumber-js/min'
import { countMatches, type TextParts } from './text-parts.js'

const email =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu
const digitGroups = /(?<![A-Za-z\p{N}.-])\d(?:[ -]?\d){12,18}(?![A-Za-z\p{N}-])/gu
const chineseId = /(?<![A-Za-z\p{N}])[1-9]\d{16}[\dXx](?![A-Za-z\p{N}])/gu

/**
 * The number of e-mail addresses, phone numbers in international notation, payment cards, and Chinese identity numbers.
 * Cards and identity numbers count only with a valid check digit.
 */
export function personalData({ text }: TextParts): number {
  return (
    countMatches(text, email) +
    matching(text, digitGroups, (found) => isCard(found.replace(/[ -]/gu, ''))) +
    matching(text, chineseId, isChineseId) +
    phones(text)
  )
}

const matching = (text: string, pattern: RegExp, holds: (found: string) => boolean): number => {
  let count = 0
  for (const [found] of text.matchAll(pattern)) if (holds(found)) count++
  return count
}

/** Only texts with a plus sign before digits are searched, because the search is slow. */
function phones(text: string): number {
  let count = 0
  for (const { index } of text.matchAll(/\+\d/gu)) {
    const [first] = findPhoneNumbersInText(text.slice(index, index + 30))
    if (first?.startsAt === 0) count++
  }
  return count
}

/** The check digit of Luhn (ISO/IEC 7812-1), with the first digit of a card that pays. */
function isCard(digits: string): boolean {
  if (!/^[3-6]/u.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** The check digit of GB 11643-1999 (ISO 7064, MOD 11-2). */
function isChineseId(text: string): boolean {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase()
}
