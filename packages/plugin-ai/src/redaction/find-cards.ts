import creditCardType from 'credit-card-type'
import { urlAt } from './find-urls.js'
import type { Span } from './personal-data.js'
import type { RuleContext } from './rule-context.js'

/** Groups of digits. A dot or a slash separates only groups of four. */
const pattern =
  /(?<![\p{Script=Latin}\p{N}.-])(?<!\d[,:])\d+(?:(?:[ -]{1,2}|(?<=(?<!\d)\d{4})[./](?=\d{4}(?!\d)))\d+)*(?!\p{Script=Latin}|[\p{N}])(?![.,]\d)/gu
/** The lengths of the groups in which people write the numbers. The last group may be split off. */
const groupings = new Set(['4 4 4 4', '4 6 5', '4 6 4', '4 4 4 4 3', '4 4 4 1', '4 4 5', '4 5 6'])
const [shortest, longest] = [12, 19]

/**
 * Finds numbers of payment cards by the prefix and the length of their issuer and by the Luhn check. A date, a security
 * code, or a second card may stand next to a number.
 */
export function* findCards(text: string, { urls }: RuleContext): Generator<Span> {
  for (const { 0: run, index } of text.matchAll(pattern)) {
    if (run.length < shortest || urlAt(urls, index) !== undefined) continue
    const groups = Array.from(run.matchAll(/\d+/g), ({ 0: digits, index: start }) => ({ digits, start }))
    for (let first = 0; first < groups.length; first++) {
      const count = cardAt(groups, first)
      const [start, last] = [groups[first], groups[first + count - 1]]
      if (count === 0 || start === undefined || last === undefined) continue
      yield { start: index + start.start, end: index + last.start + last.digits.length }
      first += count - 1
    }
  }
}

/** How many groups from the first one on are the number of a card; 0 if they are not. The longest number counts. */
function cardAt(groups: readonly { readonly digits: string }[], first: number): number {
  let [digits, lengths, found] = ['', '', 0]
  for (let next = first; next < groups.length; next++) {
    const group = groups[next]?.digits ?? ''
    digits += group
    lengths += lengths === '' ? String(group.length) : ` ${group.length}`
    if (digits.length > longest) break
    const isWritten = next === first || groupings.has(lengths) || (first === 0 && next === groups.length - 1)
    if (digits.length >= shortest && isWritten && isCard(digits)) found = next - first + 1
  }
  return found
}

function isCard(digits: string): boolean {
  // The table of issuers comes last, because it takes longest.
  return !/^(\d)\1+$/.test(digits) && passesLuhn(digits) && hasIssuer(digits)
}

function hasIssuer(digits: string): boolean {
  // The library is CommonJS: a loader may return the function itself or a namespace.
  const typesOf =
    typeof creditCardType === 'function'
      ? creditCardType
      : (creditCardType as { default: typeof creditCardType }).default
  return typesOf(digits).some(({ lengths }) => lengths.includes(digits.length))
}

/** ISO/IEC 7812. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
