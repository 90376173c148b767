import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { urlAt } from './find-urls.js'
import type { Span } from './personal-data.js'
import { extension, otherLabel, phoneLabel } from './phone-words.js'
import type { Region } from './regions.js'
import type { RuleContext } from './rule-context.js'

/** Groups of digits, at most as long as two numbers. Each repetition is bounded. */
const pattern =
  /(?<![\p{Script=Latin}\p{N}+@_=&#%$€£¥-])(?<!\d[.,:])(?<!,,)(?:\+|\(\+?)?\d(?:(?: ?[()./‐‑–-]{1,2} ?| )?\d){5,24}(?![\p{N}_])(?!-?\p{Script=Latin}(?!\p{L})|\p{Script=Latin})/gu
/** What may stand between two numbers of one person: "or", "oder", a comma. */
const another = /^[ .,;/]{0,3}(?:\p{L}{1,5}\.?)?[ ,;:/]{1,3}$/u

/**
 * Finds telephone numbers. A candidate has a country code, a national prefix, or a group pattern, and the numbering
 * plans of libphonenumber decide. Other digits count only after a word such as "call".
 */
export function* findPhones(text: string, { urls, regions }: RuleContext): Generator<Span> {
  let last = 0
  const search = new RegExp(pattern)
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const { 0: candidate, index } = match
    if (urlAt(urls, index) !== undefined) continue
    const before = text.slice(Math.max(0, index - 40), index)
    const otherwise = otherLabel.test(before) || (brazilianPostcode.test(candidate) && /\bCEP[ .:]*$/i.test(before))
    const isAnother = last > 0 && index - last < 12 && another.test(text.slice(last, index))
    const labelled =
      !otherwise &&
      (isAnother || phoneLabel.test(before) || isSetOff(candidate, before, text[index + candidate.length]))
    // A number may stand in brackets.
    const isOpen = candidate.startsWith('(') && !candidate.includes(')')
    const number = isOpen ? candidate.slice(1) : candidate
    for (const { start, end } of numbersIn(number, isOpen ? index + 1 : index, { labelled, otherwise, regions })) {
      extension.lastIndex = end
      last = end + (extension.exec(text)?.[0].length ?? 0)
      // The candidate may end within the next number.
      search.lastIndex = last
      yield { start, end: last }
    }
  }
}

/**
 * Whether three groups of three digits, as telephone numbers in Spain and Poland have and as large numbers have, stand
 * behind a colon or before a punctuation mark. Large numbers are mostly round, or a unit follows.
 */
function isSetOff(candidate: string, before: string, after = '.'): boolean {
  return (
    /^[2-9]\d{2}([ -])\d{3}\1(?!000)\d{3}$/.test(candidate) && (/[:(]\s?$/.test(before) || /[.,;:!?)\n]/.test(after))
  )
}

interface Evidence {
  readonly labelled: boolean
  readonly otherwise: boolean
  readonly regions: readonly Region[]
}

/** A candidate may be two numbers with a space between them. The longest valid prefix is a number. */
function* numbersIn(candidate: string, index: number, evidence: Evidence): Generator<Span> {
  // Parts of a large number are no telephone numbers.
  if (thousands.test(candidate) && !isPhone(candidate, evidence)) return
  let start = 0
  while (start < candidate.length) {
    const rest = untilAnother(candidate.slice(start))
    const ends = endsOf(rest)
    const length =
      ends.find((end) => isPhone(rest.slice(0, end), { ...evidence, labelled: false })) ??
      ends.find((end) => isPhone(rest.slice(0, end), evidence)) ??
      ends.find((end) => isLongAbroad(rest.slice(0, end)))
    if (length !== undefined) {
      yield { start: index + start, end: index + start + length }
      start += length
    } else {
      const next = rest.search(/ (?=[\d+(])/)
      if (next < 0) return
      start += next
    }
    start += (/^ +/.exec(candidate.slice(start))?.[0] ?? '').length
  }
}

/** "CEP" is the Turkish word for a mobile phone, too. */
const brazilianPostcode = /^\d{5}-\d{3}$/
const thousands = /^[1-9]\d{0,2}(?: \d{3})+$/

/** The part before a second number, which a slash separates and which begins with a prefix of its own. */
function untilAnother(candidate: string): string {
  const at = candidate.search(/(?<=\d)\s?\/\s?(?=[+0(])/)
  return at >= 0 && candidate.slice(0, at).replaceAll(/\D/g, '').length >= 7 ? candidate.slice(0, at) : candidate
}

function endsOf(candidate: string): readonly number[] {
  const breaks = Array.from(candidate.matchAll(/(?<=\d) /g), ({ index }) => index)
  return [...breaks, candidate.length].slice(0, maxGroups).toReversed()
}

/** The maximum number of groups in a number. */
const maxGroups = 8

function isPhone(found: string, { labelled, otherwise, regions }: Evidence): boolean {
  // Most candidates are other numbers, and this is the cheapest check.
  if (!labelled && !/^(?:[+(0]|\d{3}|[18][ .-])/.test(found)) return false
  const digits = found.replaceAll(/\D/g, '')
  if (digits.length < 6 || digits.length > 17 || !hasBalancedBrackets(found)) return false
  if (/^\(?\+/.test(found)) return isInternational(found)
  if (otherwise || isOtherNumber(found)) return false
  if (/^00[1-9]/.test(digits)) return isInternational(`+${found.replace(/^\D*0\D*0/, '')}`)
  if (!labelled && !hasPhoneForm(found, digits)) return false
  return regions.some((region) => isNational(found, region)) || (labelled && digits.length >= 7)
}

/** A number with a country code and digits that no plan knows any more, such as the 1 of mobile phones in Mexico. */
function isLongAbroad(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '').length
  return (
    digits >= 10 &&
    digits <= 15 &&
    hasBalancedBrackets(found) &&
    parsePhoneNumberFromString(found)?.isPossible() === false
  )
}

/** With a country code, only the length counts, because numbering plans change faster than any table. */
function isInternational(found: string): boolean {
  return (
    parsePhoneNumberFromString(found.replaceAll(/[()]/g, ' '))?.isPossible() === true ||
    parsePhoneNumberFromString(found)?.isPossible() === true
  )
}

function isNational(found: string, region: Region): boolean {
  return parsePhoneNumberFromString(found, { defaultCountry: region, extract: false })?.isValid() === true
}

/** Shorter numbers with a leading zero are more often numbers of documents. */
const shortestWithPrefix = 9

/** A national prefix, brackets, the groups of North America or Russia, or the mobile numbers of China and India. */
function hasPhoneForm(found: string, digits: string): boolean {
  return (
    /^\(\d/.test(found) ||
    (/^0[1-9]/.test(found) && digits.length >= shortestWithPrefix) ||
    /^(?:1[ .-])?\d{3}[ ./-]\d{3}[ .-]\d{4}$/.test(found) ||
    /^8[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}$/.test(found) ||
    /^1[3-9]\d{9}$/.test(digits) ||
    /^[6-9]\d{4}[ -]\d{5}$/.test(found)
  )
}

/** Dates, decimals, ranges of years, and numbers of files with a year. */
function isOtherNumber(found: string): boolean {
  return (
    /^\d{4}[-./]\d{1,2}[-./]\d{1,2}(?: |$)/.test(found) ||
    /^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?: |$)/.test(found) ||
    /^(?:0|[1-9]\d*)\.\d+$/.test(found) ||
    /\/(?:19|20)\d{2}$/.test(found) ||
    /^(?:19|20)\d{2} ?[–-] ?(?:19|20)\d{2}/.test(found)
  )
}

function hasBalancedBrackets(found: string): boolean {
  return (found.match(/\(/g)?.length ?? 0) === (found.match(/\)/g)?.length ?? 0)
}
