import { columnNames, rowFromEntries } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, resultOf, rowsOf } = tableProject()
const orders = [
  { id: 1, 客户: 'a', n: 10 },
  { id: 2, 客户: 'b', n: 20 },
  { id: 3, 客户: 'c', n: 30 },
  { id: 4, 客户: null, n: 40 },
]
const right = [
  { key: 'a', city: 'Oslo' },
  { key: 'b', city: '上海' },
  { key: 'b', city: 'Bergen' },
  { key: 'd', city: 'Bodø' },
  { key: null, city: 'nowhere' },
]
type How = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
const joined = async (how: How) =>
  rowsOf(fromRows(orders).step('table.join', { right, by: ['客户'], on: ['key'], how, columnPrefix: '' }))
const pairs = (rows: readonly Record<string, unknown>[]) => rows.map(({ id, city }) => [id, city])

describe('table.join', () => {
  test('each kind of join returns the rows that its name says', async () => {
    const inner = [
      [1, 'Oslo'],
      [2, '上海'],
      [2, 'Bergen'],
    ]
    expect(pairs(await joined('inner'))).toEqual(inner)
    expect(pairs(await joined('left'))).toEqual([...inner, [3, null], [4, null]])
    const alone = [
      [undefined, 'Bodø'],
      [undefined, 'nowhere'],
    ]
    expect(pairs(await joined('right'))).toEqual([...inner, ...alone])
    expect((await joined('right')).at(-2)).toEqual({ 客户: 'd', city: 'Bodø' })
    expect(pairs(await joined('full'))).toEqual([...inner, [3, null], [4, null], ...alone])
    expect(await joined('semi')).toEqual(orders.slice(0, 2))
    expect(await joined('anti')).toEqual(orders.slice(2))
  })

  test('values are compared by type and value', async () => {
    const keys = [1, 2n ** 64n, '1', new Date(5), Number.NaN, -0, 'a\0b', [1, { x: 1 }]]
    const other = [
      1n,
      2n ** 64n,
      '1',
      new Date(5),
      Number.NaN,
      0,
      'a\0b',
      [1n, { x: 1, y: null }],
      'a\0c',
      2 ** 64 + 4096,
    ]
    const rows = await rowsOf(
      fromRows(keys.map((k, i) => ({ k, i }))).step('table.join', {
        right: other.map((k, i) => ({ k, i })),
        by: ['k'],
      }),
    )
    expect(rows).toEqual(keys.map((k, i) => ({ k, i, right_i: i })))
  })

  test('as-of takes the nearest row before or after, by key', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
    const trades = [5, 10, 20].map((minute) => ({ stock: 'x', time: at(minute) }))
    const quotes = [
      { stock: 'x', time: at(6), price: 1n },
      { stock: 'x', time: at(10), price: 2n },
      { stock: 'x', time: at(10), price: 3n },
      { stock: 'y', time: at(19), price: 4n },
      { stock: 'x', time: 'text', price: 5n },
    ]
    const asOf = { right: quotes, by: ['stock'], asOf: 'time', how: 'left' } as const
    const before = await rowsOf(fromRows(trades).step('table.join', asOf))
    expect(before.map((row) => row.right_price)).toEqual([null, 3n, 3n])
    expect(before[2]?.right_time).toEqual(at(10))
    const after = await rowsOf(fromRows(trades).step('table.join', { ...asOf, direction: 'forward' }))
    expect(after.map((row) => row.right_price)).toEqual([1n, 2n, null])
  })

  test('a join that would make too many rows stops before it makes any', async () => {
    const many = Array.from({ length: 1200 }, () => ({ k: 1 }))
    const built = fromRows(many).step('table.join', { right: many, by: ['k'] })
    await expect(rowsOf(built)).rejects.toMatchObject({ code: 'MAESTRO_TABLE_JOIN_SIZE', details: { rows: 1_440_000 } })
  })

  test('a column is never replaced: the plan, or the row, is refused', async () => {
    const step = { right: [{ k: 1, n: 2 }], by: ['k'], columnPrefix: '' } as const
    await expect(rowsOf(fromRows([{ k: 1, n: 1 }]).step('table.join', step))).rejects.toThrow(/two columns "n"/)
    const unknown = fromRows([{ k: 1, n: 1 }, { k: 1 }]).map((row) => ({ ...row }) as never)
    const { rows, rejects } = await resultOf(unknown.step('table.join', step as never) as never)
    expect(rows).toEqual([{ k: 1, n: 2 }])
    expect(rejects).toHaveLength(1)
  })

  test('a key that the other table does not have is a fault of the plan', async () => {
    const built = fromRows(orders).step('table.join', { right, by: ['客户'] })
    await expect(rowsOf(built)).rejects.toThrow(/no column "客户"; it has key, city/)
  })
})

test('the columns of the other table keep their order, and full joins may follow each other', async () => {
  const other = [
    rowFromEntries([
      ['key', 'z'],
      ['2021', 1],
      ['2020', 2],
    ]),
  ]
  const options = { right: other, by: ['客户'], on: ['key'], how: 'full' as const, columnPrefix: '' }
  const built = fromRows([{ 客户: 'a' }])
    .step('table.join', options)
    .step('table.join', { ...options, columnPrefix: 'b_', right: [{ key: 'y' }, { key: 'x' }] })
  const rows = await rowsOf(built)
  expect(rows.map(({ 客户 }) => 客户)).toEqual(['a', 'z', 'y', 'x'])
  expect(columnNames(rows[1] ?? {})).toEqual(['客户', '2021', '2020'])
})
