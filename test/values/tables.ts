import type { ColumnType, Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { cellOf, compare, type TableStep } from './reference.js'

/** Names of columns: usual ones, words of SQL, signs of JSON pointers, names that only capitals tell apart from no other. */
export const names = [
  'n',
  'city',
  'order',
  'at',
  '2021',
  'a/b~c"d',
  "it's",
  '漢字',
  '😀',
  '__proto__',
  '{{x}}',
  ' ',
  '$date',
  'a.b',
]

const instants = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date('0001-01-01Z'), max: new Date('9999-12-31Z') }),
  fc.constant(new Date(0)),
)

/** Numbers that are near each other, equal in other words, or far away. */
export const numbers = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 0.1, 1e2, 9007199254740991, 9007199254740992, 6.4e18, 1e40, -1e40, 5e-324),
)
export const bigints = fc.oneof(
  fc.bigInt({ min: -3n, max: 12n }),
  fc.bigInt(),
  fc.constantFrom(9007199254740992n, 9007199254740993n, 10n ** 40n, BigInt(1e40), -(10n ** 40n), 2n ** 127n),
)
export const words = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    'B',
    'ä',
    'é',
    'e\u0301',
    '10',
    '9',
    '\0',
    'a\0b',
    '\ue000',
    '\uffff',
    '😀',
    '\u0001\u0002',
    '"',
    '\\',
    '{"$date":"x"}',
    'null',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
export const halves = fc.constantFrom('Great job\ud83d', '\ud83d', '\ude00x', '\ud800')

/** What JSON holds. */
const jsonScalars = fc.oneof(fc.constant(null), fc.boolean(), numbers, bigints, words, halves)
export const jsonValues = fc.oneof(
  { weight: 8, arbitrary: jsonScalars },
  { weight: 1, arbitrary: fc.array(jsonScalars, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y', '$date', '10', 'é'), jsonScalars, { maxKeys: 3 }) },
)
/** What a row in code holds besides. */
const otherValues = fc.oneof(
  instants,
  fc.constant(new Date(Number.NaN)),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined),
  fc.uint8Array({ maxLength: 4 }),
  fc.float32Array({ maxLength: 3, noNaN: true }),
)

export interface Table {
  readonly names: readonly string[]
  readonly rows: readonly Row[]
  /** The types of the columns, where each has one. */
  readonly types?: Readonly<Record<string, ColumnType>>
}

function tableOf(columns: fc.Arbitrary<readonly (readonly [string, fc.Arbitrary<unknown>])[]>, canMiss: boolean) {
  return columns.chain((chosen) =>
    fc
      .array(fc.tuple(...chosen.map(([, value]) => fc.tuple(value, canMiss ? fc.nat(9) : fc.constant(1)))), {
        maxLength: 25,
      })
      .map(
        (rows): Table => ({
          names: chosen.map(([name]) => name),
          rows: rows.map((values) =>
            Object.fromEntries(
              chosen.flatMap(([name], index) => {
                const [value, miss] = values[index] ?? []
                return miss === 0 ? [] : [[name, value]]
              }),
            ),
          ),
        }),
      ),
  )
}

const chosenNames = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })

function columnsOf(values: readonly fc.Arbitrary<unknown>[]) {
  return chosenNames.chain((chosen) =>
    fc.tuple(...chosen.map((name) => fc.constantFrom(...values).map((value) => [name, value] as const))),
  )
}

/** Tables of what JSON holds: each column of one kind, or of any. */
export const jsonTables = tableOf(
  columnsOf([numbers, bigints, words, fc.boolean(), fc.oneof(words, halves), fc.oneof(numbers, bigints), jsonValues]),
  true,
)

/** Tables of anything that a row in code holds. */
export const anyTables = tableOf(
  columnsOf([
    jsonValues,
    otherValues,
    instants,
    fc.oneof(jsonValues, otherValues),
    fc.oneof(numbers, fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY)),
  ]),
  true,
)

/** Texts that files of cells and databases hold too. */
const plainWords = fc
  .oneof(
    fc.constantFrom('a', 'b', 'B', 'ä', 'é', '10', '9', '-1', '1e3', '😀', '"', '\\', ',', "'", 'NULL', 'x\ny'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
  )
  .filter((text) => text.isWellFormed() && !text.includes('\0') && !/\r|^\s*$|\s$/.test(text))

/** By type, values that files of cells and all databases hold. */
const typed: Readonly<Record<'string' | 'number' | 'integer' | 'bigint' | 'boolean' | 'date', fc.Arbitrary<unknown>>> =
  {
    string: plainWords,
    number: fc
      .oneof(
        fc.integer({ min: -3, max: 12 }),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }),
      )
      .map((n) => n + 0),
    integer: fc.oneof(fc.integer({ min: -3, max: 12 }), fc.maxSafeInteger()).map((n) => n + 0),
    bigint: fc.oneof(fc.bigInt({ min: -3n, max: 12n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    boolean: fc.boolean(),
    date: fc.date({ noInvalidDate: true, min: new Date('1970-01-02Z'), max: new Date('2037-12-31Z') }),
  }

/** Tables whose columns have one type each, which every start can hold. */
export const typedTables: fc.Arbitrary<Table> = fc
  .uniqueArray(fc.constantFrom('n', 'city', 'order', 'at', '漢字', 'a b'), { minLength: 1, maxLength: 3 })
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((name) =>
        fc.constantFrom(...(Object.keys(typed) as (keyof typeof typed)[])).map((type) => [name, type] as const),
      ),
    ),
  )
  .chain((columns) =>
    tableOf(
      fc.constant(
        columns.map(
          ([name, type]) => [name, type === 'string' ? typed[type] : fc.option(typed[type], { freq: 6 })] as const,
        ),
      ),
      false,
    ).map((table) => ({
      ...table,
      types: Object.fromEntries(columns),
    })),
  )

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A chain of table steps over the columns of a table. */
export function chains({ names: columns, types = {} }: Table): fc.Arbitrary<readonly TableStep[]> {
  const some = fc.constantFrom(...columns)
  const several = fc.uniqueArray(some, { minLength: 1, maxLength: 2 })
  const sort = fc
    .array(
      fc.record({ column: some, descending: fc.boolean(), nulls: fc.constantFrom('first' as const, 'last' as const) }),
      { minLength: 1, maxLength: 2 },
    )
    .map((by): TableStep => ({ use: 'table.sort', options: { by } }))
  const dedupe = fc
    .record({ by: fc.oneof(several, fc.constant([])), keep: fc.constantFrom('first' as const, 'last' as const) })
    .map((options): TableStep => ({ use: 'table.dedupe', options }))
  const limit = fc
    .record({ count: fc.nat(20), offset: fc.nat(3) })
    .map((options): TableStep => ({ use: 'table.limit', options }))
  const present = some.map(
    (name): TableStep => ({
      use: 'table.filter',
      options: { where: `${quoted(name)} is not null` },
      keeps: (row) => {
        const value = cellOf(row, name) ?? null
        // SQL has no date that is none.
        return value !== null && !(value instanceof Date && Number.isNaN(value.getTime()))
      },
    }),
  )
  const isNumeric = (name: string) => ['number', 'integer', 'bigint'].includes(types[name] ?? '')
  const numeric = columns.filter(isNumeric)
  const least: readonly fc.Arbitrary<TableStep>[] =
    numeric.length === 0
      ? []
      : [
          fc.tuple(fc.constantFrom(...numeric), fc.integer({ min: -2, max: 9 })).map(
            ([name, bound]): TableStep => ({
              use: 'table.filter',
              options: { where: `${quoted(name)} >= ${bound}` },
              keeps: (row) => (cellOf(row, name) ?? null) !== null && (cellOf(row, name) as number) >= bound,
            }),
          ),
        ]
  const isTyped = Object.keys(types).length > 0
  const aggregate = fc.tuple(several, some).map(([by, name]): TableStep => {
    const members = (rows: readonly Row[]) =>
      rows.map((row) => cellOf(row, name) ?? null).filter((value) => value !== null)
    const largest = (rows: readonly Row[]) =>
      members(rows).reduce<unknown>((max, value) => (max === null || compare(value, max) > 0 ? value : max), null)
    const values = {
      rows_: 'count(*)',
      ...(isTyped ? { list_: `list(${quoted(name)})`, max_: `max(${quoted(name)})` } : {}),
    }
    return {
      use: 'table.aggregate',
      options: { by, values },
      compute: {
        rows_: (rows) => rows.length,
        ...(isTyped
          ? { list_: (rows: readonly Row[]) => rows.map((row) => cellOf(row, name) ?? null), max_: largest }
          : {}),
      },
    }
  })
  return fc
    .tuple(
      fc.array(fc.oneof(sort, dedupe, limit, present, ...least), { minLength: 1, maxLength: 3 }),
      fc.option(aggregate, { freq: 3 }),
    )
    .map(([steps, last]) => (last === null ? steps : [...steps, last]))
}
