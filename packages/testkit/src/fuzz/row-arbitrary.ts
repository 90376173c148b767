import type { Columns, ColumnType, Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { oddNames, oddTexts } from './odd-values.js'

/** Rows to vary: their columns with types, and some rows that are known to be right. */
export interface RowModel {
  readonly columns: Columns
  readonly samples: readonly Row[]
  /** Whether rows get more columns, with unusual names, that the columns do not list. */
  readonly more: boolean
}

const missing: unique symbol = Symbol('a column that the row does not have')

/** The types of the columns of some rows. A column whose values differ in type is `unknown`. */
export function columnsOf(rows: readonly Row[]): Columns {
  const types: Record<string, ColumnType> = Object.create(null)
  for (const row of rows)
    for (const [column, value] of Object.entries(row)) {
      if (value === null || value === undefined) continue
      const type = typeOf(value)
      const known = types[column] ?? type
      types[column] = known === type ? type : isNumeric(known) && isNumeric(type) ? 'number' : 'unknown'
    }
  return types
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return typeof value as 'string'
  if (value instanceof Date) return 'date'
  if (value instanceof Float32Array) return 'vector'
  return value instanceof Uint8Array ? 'bytes' : 'json'
}

const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'number'

/** Rows with values of all kinds of the types of their columns: also null, undefined, and columns that are missing. */
export function rowArbitrary({ columns, samples, more }: RowModel): fc.Arbitrary<Row> {
  const names = Object.keys(columns)
  const cells = names.map((name) => {
    const known = samples.map((row) => row[name]).filter((value) => value !== null && value !== undefined)
    return fc.oneof(
      { weight: 14, arbitrary: valueArbitrary(columns[name] ?? 'unknown', known) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, undefined, missing) },
    )
  })
  const others = more ? oddNames.filter((name) => !Object.hasOwn(columns, name)) : []
  const beside = fc.oneof(
    { weight: 9, arbitrary: fc.constant<unknown>(missing) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 7, 'text', true, ['a', 'b'], { nested: { deep: 1 } }) },
  )
  return fc.tuple(...cells, ...others.map(() => beside)).map((values) => rowOf([...names, ...others], values))
}

function rowOf(names: readonly string[], values: readonly unknown[]): Row {
  const entries = names.map((name, index) => [name, values[index]] as const)
  // A new object for each use, so that no example shares a cell with another.
  return structuredClone(Object.fromEntries(entries.filter(([, value]) => value !== missing)))
}

/** Values of a column type. The first ones are the simplest, to which a failing example shrinks. */
function valueArbitrary(type: ColumnType, known: readonly unknown[]): fc.Arbitrary<unknown> {
  const samples = known.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom(...known) }]
  const others = othersOf(type, known)
  return others === undefined
    ? fc.oneof(...(known.length === 0 ? [fc.constant(null)] : samples))
    : fc.oneof(...samples, ...others)
}

function othersOf(type: ColumnType, known: readonly unknown[]): readonly fc.WeightedArbitrary<unknown>[] | undefined {
  switch (type) {
    case 'string':
      return texts
    case 'integer':
      return [{ weight: 4, arbitrary: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger()) }]
    case 'number':
      return [
        {
          weight: 4,
          arbitrary: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
        },
      ]
    case 'bigint':
      return [{ weight: 4, arbitrary: fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }) }]
    case 'decimal':
      return [{ weight: 4, arbitrary: fc.tuple(fc.integer(), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`) }]
    case 'boolean':
      return [{ weight: 4, arbitrary: fc.boolean() }]
    case 'date':
      return [{ weight: 4, arbitrary: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }) }]
    case 'bytes':
      return [{ weight: 4, arbitrary: fc.uint8Array({ maxLength: 16 }) }]
    case 'vector':
      return [{ weight: 4, arbitrary: vectors(known) }]
    case 'json':
      return json(known)
    default:
      return known.length > 0 ? undefined : [...texts, { weight: 2, arbitrary: fc.integer() }]
  }
}

const codeUnits = fc.array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 6 })

const texts: readonly fc.WeightedArbitrary<unknown>[] = [
  { weight: 4, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: codeUnits.map((units) => String.fromCharCode(...units)) },
  { weight: 1, arbitrary: fc.nat(14).map((power) => '长 word '.repeat(2 ** power / 2)) },
]

/** Vectors of the length of the known ones. */
function vectors(known: readonly unknown[]): fc.Arbitrary<Float32Array> {
  const length = known.find((value) => value instanceof Float32Array)?.length ?? 3
  return fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true })
}

/** Lists with other numbers of the known items. The form of other objects is unknown, so they stay as they are. */
function json(known: readonly unknown[]): readonly fc.WeightedArbitrary<unknown>[] | undefined {
  const items = known.flatMap((value) => (Array.isArray(value) ? value : []))
  if (items.length === 0 || known.some((value) => !Array.isArray(value))) return undefined
  return [{ weight: 4, arbitrary: fc.array(fc.constantFrom(...items), { maxLength: 6 }) }]
}
