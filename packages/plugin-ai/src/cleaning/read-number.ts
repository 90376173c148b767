/** How numbers are written in a column. */
export interface NumberNotation {
  readonly decimal: '.' | ','
  readonly thousands: '' | ',' | '.' | ' ' | "'"
}

/** A sign, a currency such as $, US$, or EUR, and a percent sign around digits. */
const amount =
  /^(?<sign>[+−-]?)\s*(?:(?<before>\p{Lu}{0,3}\p{Sc}|[A-Z]{3})\s*)?(?<inner>[+−-]?)(?<digits>\d[^\p{L}\p{Sc}%]*?|\d)\s*(?:(?<percent>[%％])|(?<after>\p{Lu}{0,3}\p{Sc}|[A-Z]{3}))?$/u
/** Numbers with more digits would be rounded. */
const exactDigits = 15

/**
 * The number that a text stands for: `$1,049.00`, `1.049,00 €`, `¥1,049`, `12 %` (0.12), or `(1,049)` for a negative one.
 * The notation says which character is which, so that nothing is guessed. It is undefined for any other text, such as
 * one whose groups of thousands do not have three digits.
 */
export function readNumber(text: string, { decimal, thousands }: NumberNotation): number | undefined {
  if (decimal === thousands) return undefined
  const trimmed = text.trim()
  const bracketed = /^\((.+)\)$/su.exec(trimmed)?.[1]?.trim()
  const { sign = '', before, inner = '', digits = '', percent, after } = amount.exec(bracketed ?? trimmed)?.groups ?? {}
  const signs = sign + inner
  if (signs.length > 1 || (bracketed !== undefined && signs !== '')) return undefined
  if (before !== undefined && (after ?? percent) !== undefined) return undefined
  if ([before, after].some((currency) => currency !== undefined && !isCurrency(currency))) return undefined
  const [whole = '', fraction, ...others] = digits.split(decimal)
  if (others.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined
  const integer = withoutGroups(whole, thousands)
  if (integer === undefined) return undefined
  const shown = fraction === undefined ? integer : `${integer}.${fraction}`
  if (shown.replace(/^[0.]+/, '').replace('.', '').length > exactDigits) return undefined
  const isNegative = bracketed !== undefined || (signs !== '' && signs !== '+')
  return Number(`${isNegative ? '-' : ''}${shown}${percent === undefined ? '' : 'e-2'}`)
}

/** The digits of groups: the last group has three, and those before it have two (as in India) or three. */
function withoutGroups(text: string, thousands: NumberNotation['thousands']): string | undefined {
  if (/^\d+$/.test(text)) return text
  if (thousands === '') return undefined
  const groups = text.split(thousands === ' ' ? /[ \u00a0\u2009\u202f]/u : thousands === "'" ? /['’]/u : thousands)
  const [first = '', ...others] = groups
  const last = others.at(-1)
  const middle = others.slice(0, -1)
  const isGrouped =
    /^\d{1,3}$/.test(first) &&
    last !== undefined &&
    /^\d{3}$/.test(last) &&
    (middle.every((group) => /^\d{3}$/.test(group)) ||
      (first.length < 3 && middle.every((group) => /^\d{2}$/.test(group))))
  return isGrouped ? groups.join('') : undefined
}

const codes: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
const isCurrency = (text: string) => /\p{Sc}/u.test(text) || codes.has(text)
