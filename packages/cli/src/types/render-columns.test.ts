import { expect, test } from 'vitest'
import { renderColumns } from './render-columns.js'

test('the options are code, whatever the columns are called', () => {
  const columns = [
    { name: 'a', type: 'number', empty: 1 },
    { name: 'a b', type: 'string', empty: 0 },
    { name: '__proto__', type: 'number', empty: 0 },
    { name: 'toString', type: 'number', empty: 1 },
  ] as const
  const options = { delimiter: '\t', columns: { a: 'number' } }
  expect(
    renderColumns({ source: 'fs.file x.csv', rows: 2, columns, options }),
  ).toBe(`// fs.file x.csv: by its first 2 rows
delimiter: "\\t",
columns: {
  a: 'number', // empty in 1 of 2 rows
  "a b": 'string',
  ['__proto__']: 'number',
  toString: 'number', // empty in 1 of 2 rows
},
`)
})
