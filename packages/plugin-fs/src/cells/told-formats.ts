import type { ColumnType } from '@maestro-dataflow/core'

/** The ways in which people write numbers, each by an example. */
export const numberFormats = ['1,234.56', '1.234,56', '1 234,56', "1'234.56"] as const
/** The orders of day, month, and year. */
export const dateFormats = ['d/m/y', 'm/d/y', 'y/m/d'] as const

/** How cells are written, as far as that was told. It is never guessed. */
export interface ToldFormats {
  readonly numberFormat?: (typeof numberFormats)[number] | undefined
  readonly dateFormat?: (typeof dateFormats)[number] | undefined
}

const numberTypes = new Set<ColumnType>(['number', 'integer', 'bigint', 'decimal'])

/** Whether something was told about the cells of a type. */
export const isTold = ({ numberFormat, dateFormat }: ToldFormats, type: ColumnType): boolean =>
  (numberFormat !== undefined && numberTypes.has(type)) || (dateFormat !== undefined && type === 'date')

/** A cell in the form that every program reads; undefined if the cell is not written as it was told. */
export function plainCell(
  cell: string,
  type: ColumnType,
  { numberFormat, dateFormat }: ToldFormats,
): string | undefined {
  const text = cell.trim()
  if (text === '') return text
  if (numberFormat !== undefined && numberTypes.has(type)) return plainNumber(text, numberFormat)
  return dateFormat !== undefined && type === 'date' ? plainDate(text, dateFormat) : cell
}

/** The signs between groups of three digits, as a class of characters, and the decimal sign. */
const signs: Readonly<Record<(typeof numberFormats)[number], readonly [groups: string, decimal: string]>> = {
  '1,234.56': [',', '.'],
  '1.234,56': ['\\.', ','],
  '1 234,56': [' \\u00a0\\u202f', ','],
  "1'234.56": ["'\\u2019", '.'],
}

/** A number with groups of digits, a currency, and the minus of accountants, which is a pair of brackets. */
function plainNumber(text: string, format: (typeof numberFormats)[number]): string | undefined {
  const [groups, decimal] = signs[format]
  const [, inside] = /^\((.*)\)$/.exec(text) ?? []
  const bare = (inside ?? text)
    .replace(/^([+-]?)\s*(?:\p{Sc}|[A-Z]{3}(?![A-Za-z]))\s*/u, '$1')
    .replace(/\s*(?:\p{Sc}|(?<![A-Za-z])[A-Z]{3})$/u, '')
    .replace('\u2212', '-')
  const pattern = new RegExp(`^([+-]?)(\\d{1,3}(?:[${groups}]\\d{3})+|\\d+)(?:\\${decimal}(\\d+))?$`)
  const [, sign = '', whole, fraction] = pattern.exec(bare) ?? []
  if (whole === undefined || (inside !== undefined && sign !== '')) return undefined
  const digits = whole.replace(/\D/g, '')
  const minus = sign === '-' || inside !== undefined ? '-' : ''
  return `${minus}${digits}${fraction === undefined ? '' : `.${fraction}`}`
}

/** A date and perhaps a time of a day. Two digits of a year are those of 1969 to 2068. */
function plainDate(text: string, format: (typeof dateFormats)[number]): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return text
  const [date = '', ...rest] = text.split(/[ ,T]+/)
  const [, one = '', , two = '', three = ''] = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})$/.exec(date) ?? []
  const order = { 'd/m/y': [three, two, one], 'm/d/y': [three, one, two], 'y/m/d': [one, two, three] } as const
  const [year, month, day] = order[format]
  if (!/^(\d{2}|\d{4})$/.test(year) || !/^\d{1,2}$/.test(month) || !/^\d{1,2}$/.test(day)) return undefined
  const full = year.length === 4 ? year : `${Number(year) < 69 ? 20 : 19}${year}`
  const iso = `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (rest.length === 0) return iso
  const [, hours = '', minutes, seconds = '00', half] =
    /^(\d{1,2}):(\d{2})(?::(\d{2}))?([ap]m)?$/i.exec(rest.join('')) ?? []
  if (minutes === undefined) return undefined
  if (half !== undefined && (Number(hours) < 1 || Number(hours) > 12)) return undefined
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  return `${iso}T${String(hour).padStart(2, '0')}:${minutes}:${seconds}`
}
