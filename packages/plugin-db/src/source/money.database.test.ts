import { expect, test } from 'vitest'
import { rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'

const { sql, read, write, newTable } = temporaryDatabase('postgres')

test('amounts of money are decimals, from a table, in pages, and from a query, alone and in lists', async () => {
  const table = newTable()
  await sql(`CREATE TABLE ${table} (id integer PRIMARY KEY, price money UNIQUE NOT NULL, prices money[])`)
  await sql(`INSERT INTO ${table} VALUES (1, '1234567.5', '{1000,NULL,-0.05}'), (2, '-9', '{}'), (3, '0', NULL),
    (4, '-92233720368547758.08', ARRAY['12.3'::money])`)
  const expected = [
    { id: 1, price: '1234567.50', prices: ['1000.00', null, '-0.05'] },
    { id: 2, price: '-9.00', prices: [] },
    { id: 3, price: '0.00', prices: null },
    { id: 4, price: '-92233720368547758.08', prices: ['12.30'] },
  ]
  expect((await read({ table })).rows).toEqual(expected)
  const pages = await read({ table, method: 'keyset', key: ['price'] })
  expect(pages.rows.map(({ id }) => id)).toEqual([4, 2, 3, 1])
  const behind = await read({ table, method: 'keyset', key: ['price'], after: ['-9.00'] })
  expect(behind.rows.map(({ id }) => id)).toEqual([3, 1])
  const copy = newTable()
  await sql(`CREATE TABLE ${copy} (LIKE ${table})`)
  expect(rejectsOf(await write(expected, { table: copy, mode: 'append' }))).toEqual([])
  expect((await read({ table: copy })).rows).toEqual(expected)
})
