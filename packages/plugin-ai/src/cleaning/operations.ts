import { z } from 'zod'
import { readNumber } from './read-number.js'

const text = z.string()

/**
 * The closed list of operations on the values of a column. Nothing that a model writes is executed or used as a pattern.
 * An operation does not change values that it cannot read.
 */
export const operation = z.discriminatedUnion('operation', [
  z
    .strictObject({ operation: z.literal('trim') })
    .describe('takes white space away at both ends, and makes one space of several'),
  z
    .strictObject({ operation: z.literal('unicode'), form: z.enum(['NFC', 'NFKC']) })
    .describe('one form of characters that look alike'),
  z.strictObject({ operation: z.literal('case'), to: z.enum(['lower', 'upper']) }),
  z
    .strictObject({ operation: z.literal('replace'), from: text, to: text })
    .describe('one whole value by another: a misspelling'),
  z
    .strictObject({ operation: z.literal('null'), values: z.array(text).min(1) })
    .describe('whole values that stand for nothing'),
  z
    .strictObject({
      operation: z.literal('number'),
      decimal: z.enum(['.', ',']),
      thousands: z.enum(['', ',', '.', ' ', "'"]),
    })
    .describe(
      'texts that are numbers, also with a currency ($1,049.00), a percent sign (12% becomes 0.12), or brackets for negative ones',
    ),
  z
    .strictObject({
      operation: z.literal('date'),
      format: z.enum(['YYYY-MM-DD', 'YYYY/MM/DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY']),
    })
    .describe('texts that are days'),
  z.strictObject({ operation: z.literal('boolean'), true: z.array(text).min(1), false: z.array(text).min(1) }),
  z
    .strictObject({ operation: z.literal('fill'), value: z.union([text, z.number(), z.boolean()]) })
    .describe('a value where there is none'),
])
/** An operation that changes the values of a column. */
export type CleaningOperation = z.output<typeof operation>

/** Applies an operation to a value. Returns the same value if nothing changes. */
export function applyOperation(value: unknown, given: CleaningOperation): unknown {
  if (given.operation === 'fill') return value === null || value === undefined ? given.value : value
  if (typeof value !== 'string') return value
  switch (given.operation) {
    case 'trim':
      return value.trim().replaceAll(/\s+/g, ' ')
    case 'unicode':
      return value.normalize(given.form)
    case 'case':
      return given.to === 'lower' ? value.toLowerCase() : value.toUpperCase()
    case 'replace':
      return value === given.from ? given.to : value
    case 'null':
      return given.values.includes(value) ? null : value
    case 'number':
      return readNumber(value, given) ?? value
    case 'date':
      return toDate(value, given.format)
    case 'boolean':
      return given.true.includes(value) ? true : given.false.includes(value) ? false : value
  }
}

function toDate(value: string, format: string): Date | string {
  const separator = /[^A-Z]/.exec(format)?.[0] ?? '-'
  const parts = value.trim().split(separator)
  if (parts.length !== 3 || parts.some((part) => !/^\d{1,4}$/.test(part))) return value
  const numbers = new Map(format.split(separator).map((name, index) => [name, Number(parts[index])]))
  const [year = 0, month = 0, day = 0] = ['YYYY', 'MM', 'DD'].map((name) => numbers.get(name))
  const date = new Date(Date.UTC(year, month - 1, day))
  const isDay = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDay ? date : value
}
