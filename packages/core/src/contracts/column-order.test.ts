import { expect, test } from 'vitest'
import { columnNames, needsColumnOrder, withColumnOrder } from './column-order.js'

const names = ['country', '2021', '2020', 'name']

test('columns that are called like numbers keep their place, also in a copy and in a changed row', () => {
  const row = withColumnOrder({ country: 'NO', 2021: 1, 2020: 2, name: 'x' }, names)
  expect(columnNames(row)).toEqual(names)
  expect(columnNames({ ...row, more: 1 })).toEqual([...names, 'more'])
  const { 2021: _, ...rest } = row
  expect(columnNames(rest)).toEqual(['country', '2020', 'name'])
})

test('rows without such columns carry nothing', () => {
  expect(Object.getOwnPropertySymbols(withColumnOrder({ a: 1, b: 2 }, ['b', 'a']))).toEqual([])
  expect(columnNames({ b: 1, a: 2 })).toEqual(['b', 'a'])
})

test.each([
  ['0', true],
  ['4294967294', true],
  ['4294967295', false],
  ['007', false],
  ['1.5', false],
  ['-1', false],
  ['', false],
  ['1e3', false],
])('%s', (name, expected) => {
  expect(needsColumnOrder([name])).toBe(expected)
  expect(Object.keys({ z: 0, [name]: 0 })[0] === name).toBe(expected)
})
