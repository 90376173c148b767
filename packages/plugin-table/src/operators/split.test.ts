import { expect, test } from 'vitest'
import { tableProject } from '../__fixtures__/table-project.js'

const { fromRows, rowsOf } = tableProject()
const many = Array.from({ length: 4000 }, (_, id) => ({ id, customer: `客户${id % 500}` }))
const partsOf = (rows: readonly object[]) => rows.map((row) => (row as { split: string }).split)

test('a group is never in two parts, and the parts are about as large as asked', async () => {
  const rows = await rowsOf(fromRows(many).step('table.split', { by: ['customer'], parts: { train: 8, test: 2 } }))
  const byCustomer = Map.groupBy(rows, ({ customer }) => customer)
  for (const group of byCustomer.values()) expect(new Set(partsOf(group)).size).toBe(1)
  const share = partsOf(rows).filter((part) => part === 'train').length / rows.length
  expect(share).toBeGreaterThan(0.75)
  expect(share).toBeLessThan(0.85)
})

test('a row keeps its part when other rows come and go; another seed splits in another way', async () => {
  const step = (rows: readonly object[], seed = 0) =>
    rowsOf(fromRows(rows as never).step('table.split', { by: ['id'], seed }))
  const all = new Map((await step(many)).map((row) => [row.id, row.split]))
  for (const row of await step(many.toReversed().filter(({ id }) => id % 3 > 0)))
    expect(row.split).toBe(all.get(row.id))
  const other = await step(many, 1)
  expect(other.filter((row) => row.split !== all.get(row.id)).length).toBeGreaterThan(100)
})

test('1, 1.0 and 1n are one group, and rows without a group do not fall together', async () => {
  const same = await rowsOf(fromRows([{ k: 1 }, { k: 1n }]).step('table.split', { by: ['k'] }))
  expect(same[0]?.split).toBe(same[1]?.split)
  const none = await rowsOf(fromRows(many.map(({ id }) => ({ id, k: null }))).step('table.split', { by: ['k'] }))
  expect(new Set(partsOf(none))).toEqual(new Set(['train', 'validation', 'test']))
})
