import type { ColumnType } from '@maestro-dataflow/core'
import fc from 'fast-check'

/** Names of columns: usual ones, words of SQL, signs of JSON pointers, and names that JavaScript treats differently. */
export const names = [
  'n',
  'city',
  'order',
  'at',
  '2021',
  '7',
  'a/b~c"d',
  "it's",
  '漢字',
  '😀',
  '__proto__',
  'constructor',
  '{{x}}',
  ' ',
  '$date',
  'a.b',
  'row',
  '#line',
]

const dates = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date('0001-01-01Z'), max: new Date('9999-12-31Z') }),
  fc.constantFrom(new Date(0), new Date(-1), new Date('1969-12-31T23:59:59.999Z'), new Date('2026-02-28')),
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
    '2026-01-02',
    'true',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
export const halves = fc.constantFrom('Great job\ud83d', '\ud83d', '\ude00x', '\ud800')

/** What JSON holds. */
const jsonScalars = fc.oneof(fc.constant(null), fc.boolean(), numbers, bigints, words, halves)
const jsonNested = (items: fc.Arbitrary<unknown>) => [
  fc.array(items, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('x', 'y', '$date', '10', 'é', '__proto__'), items, { maxKeys: 3 }),
]
export const jsonLists = fc.oneof(...jsonNested(jsonScalars))
export const jsonValues = fc.oneof(
  { weight: 8, arbitrary: jsonScalars },
  ...jsonNested(jsonScalars).map((arbitrary) => ({ weight: 1, arbitrary })),
)
/** What a row in code holds besides. */
const otherValues = fc.oneof(
  dates,
  fc.constant(new Date(Number.NaN)),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined),
  fc.uint8Array({ maxLength: 4 }),
  fc.float32Array({ maxLength: 3, noNaN: true }),
)
export const anyValues = fc.oneof(jsonValues, otherValues)

const integers = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.maxSafeInteger()).map((n) => n + 0)

/** Big integers that SQL computes with: sums of them have 128 bits, too. */
const mediumBigints = fc.oneof(
  fc.bigInt({ min: -3n, max: 12n }),
  fc.bigInt({ min: -(2n ** 120n), max: 2n ** 120n }),
  fc.constantFrom(9007199254740992n, 9007199254740993n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 64n)),
)

/** Decimal numbers as databases write them: without an exponent and without zeros at the end of the fraction. */
const decimals = fc
  .tuple(fc.oneof(fc.bigInt({ min: -3n, max: 12n }), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })), fc.nat(12))
  .map(([digits, scale]) => {
    const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
    const at = text.length - scale
    const plain = scale === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`.replace(/\.?0+$/, '')
    return digits < 0n && plain !== '0' ? `-${plain}` : plain
  })

/** The types of columns whose values a row in code holds. */
export type TypeName = Exclude<ColumnType, 'unknown'>

/** The values of each type. */
export const valuesOf: Readonly<Record<TypeName, fc.Arbitrary<unknown>>> = {
  string: words,
  number: fc.oneof(
    { weight: 6, arbitrary: numbers },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
  ),
  integer: integers,
  bigint: mediumBigints,
  decimal: decimals,
  boolean: fc.boolean(),
  date: dates,
  json: jsonLists,
  bytes: fc.uint8Array({ maxLength: 4 }),
  vector: fc.float32Array({ maxLength: 3, noNaN: true, noDefaultInfinity: true }),
}

export const typeNames = Object.keys(valuesOf) as TypeName[]
