import { expect, test } from 'vitest'
import { inferColumns } from './infer-columns.js'
import { renderColumns } from './render-columns.js'

const typesOf = (rows: readonly Record<string, unknown>[], from: 'cells' | 'values') =>
  Object.fromEntries(inferColumns(rows, from).map(({ name, type }) => [name, type]))

test.each([
  [['1', '-2.5', '0'], 'number'],
  [['1', '', '3'], 'number'],
  [['00123', '124'], 'string'],
  [['1e5'], 'string'],
  [['12345678901234567890'], 'string'],
  [['+49'], 'string'],
  [['1', 'NA'], 'string'],
  [['true', 'FALSE'], 'boolean'],
  [['yes', 'no'], 'string'],
  [['2026-01-31', '2026-01-31T10:00:00Z'], 'date'],
  [['2026-13-01'], 'string'],
  [['2026-02-31'], 'string'],
  [['2024-02-29', '2026-02-29'], 'string'],
  [['', ''], 'string'],
])('cells %j are %s', (cells, type) => {
  expect(
    typesOf(
      cells.map((a) => ({ a })),
      'cells',
    ),
  ).toEqual({ a: type })
})

test('values are what they are; columns of several types, or without a value, are unknown', () => {
  const rows = [
    { text: '1', number: 1, long: 2n, flag: true, list: [1], date: new Date(0), mixed: 1, none: null },
    { text: 'x', number: 1.5, long: 1n, flag: false, list: {}, date: new Date(1), mixed: 'a', late: 'b' },
  ]
  expect(typesOf(rows, 'values')).toEqual({
    text: 'string',
    number: 'number',
    long: 'bigint',
    flag: 'boolean',
    list: 'json',
    date: 'date',
    mixed: 'unknown',
    none: 'unknown',
    late: 'string',
  })
  expect(typesOf([{ vector: new Float32Array(1), bytes: new Uint8Array(1) }], 'values')).toEqual({
    vector: 'vector',
    bytes: 'bytes',
  })
})

test('the option is code, whatever the columns are called', () => {
  const rows = JSON.parse('[{"a":1,"a b":"x","__proto__":1},{"a":null,"toString":2}]')
  const text = renderColumns({ source: 'fs.file x.jsonl', rows: 2, columns: inferColumns(rows, 'values') })
  expect(text).toBe(`// fs.file x.jsonl: by its first 2 rows
columns: {
  a: 'number', // empty in 1 of 2 rows
  "a b": 'string', // empty in 1 of 2 rows
  ['__proto__']: 'number', // empty in 1 of 2 rows
  toString: 'number', // empty in 1 of 2 rows
},
`)
})
