import { expect, test } from 'vitest'
import { rowFromEntries } from './contracts/column-order.js'
import { inferredColumns } from './infer-source.js'

const nothing = { columns: {}, open: true }

test('a column of several types, or without a value, is of unknown type', () => {
  const rows = [
    { text: '1', number: 1, long: 2n, flag: true, list: [1], date: new Date(0), mixed: 1, none: null },
    { text: '', number: 1.5, long: 1n, flag: false, list: {}, date: new Date(1), mixed: 'a', late: 'b' },
  ]
  expect(inferredColumns(nothing, rows)).toEqual([
    { name: 'text', type: 'string', empty: 1 },
    { name: 'number', type: 'number', empty: 0 },
    { name: 'long', type: 'bigint', empty: 0 },
    { name: 'flag', type: 'boolean', empty: 0 },
    { name: 'list', type: 'json', empty: 0 },
    { name: 'date', type: 'date', empty: 0 },
    { name: 'mixed', type: 'unknown', empty: 0 },
    { name: 'none', type: 'unknown', empty: 2 },
    { name: 'late', type: 'string', empty: 1 },
  ])
})

test('a type that the source states counts, in the order in which it states its columns', () => {
  const stated = rowFromEntries([
    ['name', 'string'],
    ['2021', 'decimal'],
    ['any', 'unknown'],
  ] as const)
  expect(inferredColumns({ columns: stated, open: false }, [{ any: 1, '2021': '1.5', name: 'a' }])).toEqual([
    { name: 'name', type: 'string', empty: 0 },
    { name: '2021', type: 'decimal', empty: 0 },
    { name: 'any', type: 'number', empty: 0 },
  ])
})
