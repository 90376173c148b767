/** What rules find by its form, most of it with a check of its digits. */
export const ruleTypes = ['email', 'phone', 'iban', 'card', 'ip', 'credentials', 'china-id', 'us-ssn'] as const
/** What only a model finds. */
export const modelTypes = ['person', 'address', 'organisation'] as const
export type PersonalDataType = (typeof ruleTypes)[number] | (typeof modelTypes)[number]

/** A piece of a text that tells of a person. */
export interface PersonalData {
  readonly type: PersonalDataType
  readonly start: number
  readonly end: number
}

interface Rule {
  readonly type: (typeof ruleTypes)[number]
  readonly pattern: RegExp
  /** Whether what was found is meant, and no other number. */
  isMeant?(found: string): boolean
}

/** The first rule that finds a piece keeps it. */
const rules: readonly Rule[] = [
  { type: 'credentials', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@[^\s]+/gi },
  { type: 'email', pattern: /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu },
  { type: 'iban', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g, isMeant: isIban },
  { type: 'china-id', pattern: /(?<![\dXx])\d{17}[\dXx](?![\dXx])/g, isMeant: isChinaId },
  { type: 'card', pattern: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g, isMeant: isCard },
  { type: 'us-ssn', pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g },
  { type: 'ip', pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g, isMeant: isIp },
  { type: 'ip', pattern: /(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi },
  { type: 'phone', pattern: /(?<![\d+])1[3-9]\d{9}(?!\d)/g },
  {
    type: 'phone',
    pattern: /(?<![\p{L}\p{N}+])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{1,5}(?:[ .-]\d{1,5}){1,5}(?![\p{N}-])/gu,
    isMeant: isPhone,
  },
  { type: 'phone', pattern: /(?<![\d+])\+\d{8,15}(?!\d)/g },
]

/** What the rules find, in order, without overlaps. */
export function findByRules(text: string, types: ReadonlySet<PersonalDataType>): readonly PersonalData[] {
  const found: PersonalData[] = []
  for (const { type, pattern, isMeant = () => true } of rules) {
    if (!types.has(type)) continue
    for (const match of text.matchAll(pattern)) {
      const piece = { type, start: match.index, end: match.index + match[0].length }
      if (isMeant(match[0]) && !found.some((known) => overlaps(known, piece))) found.push(piece)
    }
  }
  return found.sort((one, other) => one.start - other.start)
}

export const overlaps = (one: PersonalData, other: PersonalData) => one.start < other.end && other.start < one.end

/** ISO 13616: letters are numbers from 10, the first four places go to the end, and the rest of 97 is 1. */
function isIban(found: string): boolean {
  const plain = found.replaceAll(' ', '')
  if (plain.length < 15 || plain.length > 34) return false
  const digits = (plain.slice(4) + plain.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1
}

/** The check of Luhn (ISO/IEC 7812). */
function isCard(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '')
  if (digits.length < 13 || /^(\d)\1+$/.test(digits)) return false
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

const chinaWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643: a date of birth in the middle, and a check character at the end. */
function isChinaId(found: string): boolean {
  const [month, day] = [Number(found.slice(10, 12)), Number(found.slice(12, 14))]
  if (month < 1 || month > 12 || day < 1 || day > 31) return false
  const sum = chinaWeights.reduce((total, weight, index) => total + weight * Number(found[index]), 0)
  return '10X98765432'[sum % 11] === found[17]?.toUpperCase()
}

function isIp(found: string): boolean {
  return found.split('.').every((part) => Number(part) <= 255)
}

/** Dates, versions and sums of money are no telephone numbers. */
function isPhone(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) return false
  if (/^\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}$/.test(found) || /^\d{1,2}[-./ ]\d{1,2}[-./ ]\d{4}$/.test(found)) return false
  return found.startsWith('+') || found.startsWith('(') || /^0/.test(found) || /^\d{3}[ .-]\d{3}[ .-]\d{4}$/.test(found)
}
