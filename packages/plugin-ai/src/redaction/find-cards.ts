import creditCardType from 'credit-card-type'
import { urlAt } from './find-urls.js'
import type { Span } from './personal-data.js'
import type { RuleContext } from './rule-context.js'

const pattern = /(?<![\p{Script=Latin}\p{N}._-])(?<!\d[,:])\d(?:[ -]?\d){11,18}(?![\p{Script=Latin}\p{N}_])(?![.,]\d)/gu

/** Finds numbers of payment cards by the prefix and the length of their issuer and by the Luhn check. */
export function* findCards(text: string, { urls }: RuleContext): Generator<Span> {
  for (const { 0: candidate, index } of text.matchAll(pattern)) {
    if (urlAt(urls, index) === undefined && isCard(candidate.replaceAll(/\D/g, '')))
      yield { start: index, end: index + candidate.length }
  }
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
