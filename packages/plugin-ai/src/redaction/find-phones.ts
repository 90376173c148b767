import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { urlAt } from './find-urls.js'
import type { Span } from './personal-data.js'
import type { Region } from './regions.js'
import type { RuleContext } from './rule-context.js'

/** Groups of digits, at most as long as two numbers. Each repetition is bounded. */
const pattern =
  /(?<![\p{Script=Latin}\p{N}+@_=&#%$€£¥-])(?<!\d[.,:])(?:\+|\(\+?)?\d(?:(?: ?[()./‐‑–-]{1,2} ?| )?\d){5,24}(?![\p{N}_])(?!\p{Script=Latin})/gu
/** Words that announce a telephone number. */
const label =
  /(?:\b(?:tel|(?:my|our|your|his|her|their) (?:new )?number|phone|phones|telephone|telefon|téléphone|teléfono|telefone|telefono|fax|telefax|mobile|mobil|móvil|mob|cell|cellular|handy|call|ring|whatsapp|hotline|helpline|sms|text|portable|ruf|tlf|puh)\b|☎|📞|📱|电话|電話|手机|手機|传真|傳真|热线|熱線|拨打|联系|전화|тел|телефон)(?:[ .:#/()-]{0,4}(?:number|nummer|no|nr|num|is|me|us|at|on|号码|号|：)\b[ .:#]{0,3}|[ .:：/()-]{0,5}){0,2}$/iu
/** Words that announce a number of another kind. */
const otherLabel =
  /(?:\b(?:order|invoice|ref|reference|id|isbn|issn|serial|s\/n|sku|ticket|case|part|item|article|account|version|build|tracking|order-id|bestellung|rechnung|artikel|konto|zip|plz|page|pages|figure|fig)\b|订单|编号|单号|发票|账号|邮编|快递)(?:[ .:#-]{0,3}(?:number|nummer|no|nr|num|号|号码)\b)?[ .:：#-]{0,4}$/iu

/**
 * Finds telephone numbers. A candidate has a country code, a national prefix, or a group pattern, and the numbering
 * plans of libphonenumber decide. Other digits count only after a word such as "call".
 */
export function* findPhones(text: string, { urls, regions }: RuleContext): Generator<Span> {
  for (const { 0: candidate, index } of text.matchAll(pattern)) {
    if (urlAt(urls, index) !== undefined) continue
    const before = text.slice(Math.max(0, index - 40), index)
    const evidence = { labelled: label.test(before), otherwise: otherLabel.test(before), regions }
    yield* numbersIn(candidate, index, evidence)
  }
}

interface Evidence {
  readonly labelled: boolean
  readonly otherwise: boolean
  readonly regions: readonly Region[]
}

/** A candidate may be two numbers with a space between them. The longest valid prefix is a number. */
function* numbersIn(candidate: string, index: number, evidence: Evidence): Generator<Span> {
  let start = 0
  while (start < candidate.length) {
    const rest = candidate.slice(start)
    const length = endsOf(rest).find((end) => isPhone(rest.slice(0, end), evidence))
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

function endsOf(candidate: string): readonly number[] {
  const breaks = Array.from(candidate.matchAll(/(?<=\d) /g), ({ index }) => index)
  return [...breaks, candidate.length].slice(0, maxGroups).toReversed()
}

/** The maximum number of groups in a number. */
const maxGroups = 8

function isPhone(found: string, { labelled, otherwise, regions }: Evidence): boolean {
  // Most candidates are other numbers, and this is the cheapest check.
  if (!labelled && !/^(?:[+(0]|\d{3}|1[ .-])/.test(found)) return false
  const digits = found.replaceAll(/\D/g, '')
  if (digits.length < 6 || digits.length > 17 || !hasBalancedBrackets(found)) return false
  if (/^\(?\+/.test(found)) return isInternational(found)
  if (otherwise || isOtherNumber(found)) return false
  if (/^00[1-9]/.test(digits)) return isInternational(`+${found.replace(/^\D*0\D*0/, '')}`)
  if (!labelled && !hasPhoneForm(found, digits)) return false
  return regions.some((region) => isNational(found, region)) || (labelled && digits.length >= 7)
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

/** A national prefix, brackets, the groups of North America, or the mobile numbers of China and India. */
function hasPhoneForm(found: string, digits: string): boolean {
  return (
    /^\(\d/.test(found) ||
    /^0[1-9]/.test(found) ||
    /^(?:1[ .-])?\d{3}[ ./-]\d{3}[ .-]\d{4}$/.test(found) ||
    /^1[3-9]\d{9}$/.test(digits) ||
    /^[6-9]\d{4}[ -]\d{5}$/.test(found)
  )
}

/** Dates, decimals, and ranges of years. */
function isOtherNumber(found: string): boolean {
  return (
    /^\d{4}[-./]\d{1,2}[-./]\d{1,2}(?: |$)/.test(found) ||
    /^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?: |$)/.test(found) ||
    /^(?:0|[1-9]\d*)\.\d+$/.test(found) ||
    /^(?:19|20)\d{2} ?[–-] ?(?:19|20)\d{2}/.test(found)
  )
}

function hasBalancedBrackets(found: string): boolean {
  return (found.match(/\(/g)?.length ?? 0) === (found.match(/\)/g)?.length ?? 0)
}
