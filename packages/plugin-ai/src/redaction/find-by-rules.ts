import { findCards } from './find-cards.js'
import { findEmails } from './find-emails.js'
import { findIbans } from './find-ibans.js'
import { findIps } from './find-ips.js'
import { findPhones } from './find-phones.js'
import { findUrls } from './find-urls.js'
import { overlaps, type PersonalData, type PersonalDataType, type RuleType, type Span } from './personal-data.js'
import { defaultRegions, type Region } from './regions.js'
import type { RuleContext } from './rule-context.js'

/** If two finders match the same range, the first one wins. */
const finders: readonly { readonly type: RuleType; find(text: string, context: RuleContext): Iterable<Span> }[] = [
  { type: 'credentials', find: (text) => matches(text, credentials) },
  { type: 'email', find: findEmails },
  { type: 'iban', find: findIbans },
  { type: 'china-id', find: findChinaIds },
  { type: 'card', find: findCards },
  { type: 'us-ssn', find: (text) => matches(text, socialSecurity) },
  { type: 'ip', find: findIps },
  { type: 'phone', find: findPhones },
]

/** A user name and a password in a URL. Every repetition is bounded, so that the time grows linearly with the text. */
const credentials = /(?<![\w.+-])[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@[^\s]{1,500}/gi
/** Three groups with hyphens. Other separators, or none, count only after the name of the number. */
const socialSecurity =
  /(?<![\d-])(?:(?<=\b(?:SSN|SS#|social security(?: (?:number|no\.?|num))?)[ :#.-]{0,3}(?:is )?)\d{3}[ .-]?\d{2}[ .-]?\d{4}|(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4})(?![\d-])/gi
const chinaId = /(?<![\dXx])\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![\dXx])/g

/**
 * Finds the personal data that has a recognizable form, in order and without overlaps.
 *
 * @param regions Countries (ISO 3166-1 alpha-2) whose national telephone numbers are recognized.
 */
export function findByRules(
  given: string,
  types: ReadonlySet<PersonalDataType>,
  regions: readonly Region[] = defaultRegions,
): readonly PersonalData[] {
  const text = inAscii(given)
  const context: RuleContext = { urls: findUrls(text), regions }
  const found: PersonalData[] = []
  for (const { type, find } of finders) {
    if (!types.has(type)) continue
    const claimed = new SpanSet(found)
    let last = 0
    for (const { start, end } of find(text, context)) {
      if (start < last || claimed.overlaps({ start, end })) continue
      found.push({ type, start, end })
      last = end
    }
  }
  return found.sort((one, other) => one.start - other.start)
}

/** Spaces and hyphens of typesetting, the wide characters of East Asia, and the digits of scripts from Arabic to Khmer. */
const notAscii =
  /[\t\u00a0\u00ad\u2000-\u200b\u2010-\u2013\u202f\u205f\u2060\u2212\ufeff\uff01-\uff5e\u3000\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9]/g
/** The digits of Indian scripts begin at the seventh place of a row of sixteen. */
const [firstIndian, lastIndian] = [0x966, 0xd6f]

const hyphens = /[\u00ad\u2010-\u2013\u2212]/

/** The text of the same length with these characters in ASCII. */
function inAscii(text: string): string {
  return text.replace(notAscii, (character) => {
    const code = character.charCodeAt(0)
    if (hyphens.test(character)) return '-'
    if (/\s|[\u200b\u2060]/.test(character)) return ' '
    if (code > 0xff00) return String.fromCharCode(code - 0xfee0)
    return String((code & 0xf) - (code >= firstIndian && code <= lastIndian ? 6 : 0))
  })
}

/** Checks quickly whether a range is taken, even among thousands of ranges. */
class SpanSet {
  readonly #spans: readonly Span[]
  #next = 0

  constructor(spans: readonly Span[]) {
    this.#spans = [...spans].sort((one, other) => one.start - other.start)
  }

  /** Ranges must be checked in the order of the text. */
  overlaps(span: Span): boolean {
    while ((this.#spans[this.#next]?.end ?? Number.POSITIVE_INFINITY) <= span.start) this.#next++
    const next = this.#spans[this.#next]
    return next !== undefined && overlaps(next, span)
  }
}

function* matches(text: string, pattern: RegExp): Generator<Span> {
  for (const match of text.matchAll(pattern)) yield { start: match.index, end: match.index + match[0].length }
}

function* findChinaIds(text: string): Generator<Span> {
  for (const span of matches(text, chinaId))
    if (isChinaId(text.slice(span.start, span.end).replaceAll(/[ -]/g, ''))) yield span
}

const chinaWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643: a date of birth in the middle and a check character at the end. */
function isChinaId(found: string): boolean {
  const [month, day] = [Number(found.slice(10, 12)), Number(found.slice(12, 14))]
  if (month < 1 || month > 12 || day < 1 || day > 31) return false
  const sum = chinaWeights.reduce((total, weight, index) => total + weight * Number(found[index]), 0)
  return '10X98765432'[sum % 11] === found[17]?.toUpperCase()
}
