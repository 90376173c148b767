import type { ColumnSet } from '@maestro-dataflow/core'
import {
  columnRecord,
  columnTypes,
  defineOperator,
  hasType,
  isSchema,
  newColumn,
  type OutputOf,
  type Row,
  type RowFunction,
  rowFunction,
  rowWith,
  type Schema,
  schemaColumns,
  unless,
  validateRow,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'
import { decimalOrderKey } from '../../values/column-keys.js'
import { orderKey } from '../../values/order-key.js'
import { shownValue } from '../../values/shown-value.js'
import { plannedColumns, rememberColumns } from '../planned-columns.js'

const bound = z.union([z.number(), z.bigint(), z.date(), z.string()])

const rule = z.strictObject({
  /** Whether the column must have a value; an empty text is none. */
  required: z.boolean().optional(),
  type: z.enum(columnTypes).optional(),
  /** The least and the greatest value: a number, a date, or a text. */
  min: bound.optional(),
  max: bound.optional(),
  /** The least and the greatest length of a text in characters, or of a list in items. */
  minLength: z.number().int().nonnegative().optional(),
  maxLength: z.number().int().nonnegative().optional(),
  /** A regular expression that the whole text must match. */
  pattern: z.union([z.instanceof(RegExp), z.string()]).optional(),
  /** The allowed values. */
  oneOf: z.array(z.unknown()).min(1).optional(),
})

const fields = {
  /** The rules of columns: `{ stars: { required: true, type: 'integer', min: 1, max: 5 } }`. */
  rules: unless('schema', columnRecord(rule)),
  /** A Standard Schema, such as `z.object({ stars: z.number() })`. It checks rows and does not change them. */
  schema: z.custom<Schema>(isSchema, 'a Standard Schema is expected').optional(),
  /** What happens to a row with faults: `reject` rejects it; `column` keeps it, with the faults in a column. @default 'reject' */
  failures: z.enum(['reject', 'column']).default('reject'),
  /** With `failures: 'column'`: the name of the column. It holds a list of texts, which is empty for a valid row. @default 'faults' */
  output: newColumn('faults'),
}

type Rule = z.output<typeof rule>
type Check = (value: unknown) => string | undefined

/** @param key The order key of a value of the column. */
function checksOf(
  { type, min, max, minLength, maxLength, pattern, oneOf }: Rule,
  key: (value: unknown) => string | null,
): readonly Check[] {
  const checks: Check[] = []
  const add = (fault: string, holds: (value: unknown) => boolean) =>
    checks.push((value) => (holds(value) ? undefined : fault))
  if (type !== undefined) add(`is not of type ${type}`, (value) => hasType(value, type))
  const keyOfBound = (bound: unknown) => (bound === undefined ? undefined : (key(bound) ?? undefined))
  const [least, most] = [keyOfBound(min), keyOfBound(max)]
  const comparable = (value: unknown, bound: string) => key(value)?.[0] === bound[0]
  if (least !== undefined)
    add(`is not at least ${shownBound(min)}`, (value) => comparable(value, least) && (key(value) ?? '') >= least)
  if (most !== undefined)
    add(`is not at most ${shownBound(max)}`, (value) => comparable(value, most) && (key(value) ?? '') <= most)
  if (minLength !== undefined) add(`is shorter than ${minLength}`, (value) => (lengthOf(value) ?? -1) >= minLength)
  if (maxLength !== undefined)
    add(`is longer than ${maxLength}`, (value) => (lengthOf(value) ?? Number.POSITIVE_INFINITY) <= maxLength)
  if (pattern !== undefined) {
    const { source, flags } = typeof pattern === 'string' ? new RegExp(pattern, 'u') : pattern
    const whole = new RegExp(`(?<![^])(?:${source})(?![^])`, flags.replace(/[gy]/g, ''))
    add(`does not match ${source}`, (value) => typeof value === 'string' && whole.test(value))
  }
  if (oneOf !== undefined) {
    const keys = new Set(oneOf.map(key))
    add(`is not one of ${oneOf.map(shownValue).join(', ')}`, (value) => keys.has(key(value)))
  }
  return checks
}

const shownBound = (bound: unknown) => (bound instanceof Date ? bound.toISOString() : shownValue(bound))

/** The number of characters of a text, or of items of a list. */
function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return [...value].length
  return Array.isArray(value) || ArrayBuffer.isView(value) ? (value as { readonly length?: number }).length : undefined
}

function ruleChecker(
  rules: Readonly<Record<string, Rule | undefined>>,
  known: ColumnSet,
): (row: Row) => readonly string[] {
  const checks = Object.entries(rules).map(([column, given = {}]) => {
    const key = columnTypeIn(column, known) === 'decimal' ? decimalOrderKey : orderKey
    return [column, given, checksOf(given, key)] as const
  })
  return (row) =>
    checks.flatMap(([column, { required = false }, each]) => {
      const value = Object.hasOwn(row, column) ? row[column] : undefined
      if (value === null || value === undefined || value === '') if (required) return [`"${column}" has no value`]
      if (value === null || value === undefined) return []
      return each.flatMap((check) => {
        const fault = check(value)
        return fault === undefined ? [] : [`"${column}" ${fault}: ${shownValue(value)}`]
      })
    })
}

function faultsFinder(options: OutputOf<typeof fields>) {
  const { rules, schema } = options
  if (schema === undefined) return ruleChecker(rules ?? {}, plannedColumns(options))
  return async (row: Row): Promise<readonly string[]> => {
    const result = await validateRow(schema, row)
    return 'issues' in result ? result.issues : []
  }
}

/** The row, with its faults if they go to a column. */
export interface ValidatedTableRow extends RowFunction {
  readonly row: this['options'] extends { readonly failures: 'column' }
    ? With<this['before'], { [Name in OutputName<this['options']>]: readonly string[] }>
    : this['before']
}
type OutputName<Options> = Options extends { readonly output: infer Name extends string } ? Name : 'faults'

/**
 * `table.validate`: checks rows against rules or a schema. Rows with faults are rejected, or keep their faults in a
 * column. No value is changed.
 *
 * @example .step('table.validate', { rules: { stars: { required: true, type: 'integer', min: 3 } } })
 */
export const validate = defineOperator({
  name: 'table.validate',
  kind: 'map',
  description: 'Checks rows against rules or a schema; faults reject the row or go to a column',
  options: fields,
  refine({ rules = {}, output, failures }, { addIssue }) {
    for (const [column, given] of Object.entries(rules)) {
      if (typeof given?.pattern !== 'string') continue
      try {
        new RegExp(given.pattern, 'u')
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        addIssue({ code: 'custom', path: ['rules', column, 'pattern'], message, input: given.pattern })
      }
    }
    if (failures === 'column' && Object.hasOwn(rules, output))
      addIssue({ code: 'custom', path: ['output'], message: 'it is the name of a checked column', input: output })
  },
  columns: (options, before) => {
    rememberColumns(options, before)
    const { failures, output, schema } = options
    const reads = schema === undefined ? [] : Object.keys(schemaColumns(schema).columns)
    return { reads, ...(failures === 'column' ? { adds: { [output]: 'json' as const } } : { adds: {} }) }
  },
  row: rowFunction<ValidatedTableRow>(),
  create(options) {
    const find = faultsFinder(options)
    const { failures, output } = options
    const judge = (row: Row, faults: readonly string[]): Row => {
      if (failures === 'column') return rowWith(row, [[output, [...faults]]])
      if (faults.length === 0) return row
      throw tableError('MAESTRO_TABLE_INVALID', { faults })
    }
    return (row) => {
      const faults = find(row)
      return faults instanceof Promise ? faults.then((found) => judge(row, found)) : judge(row, faults)
    }
  },
})
