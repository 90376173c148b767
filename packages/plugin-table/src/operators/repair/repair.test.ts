import { describe, expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, resultOf, rowsOf } = tableProject()
const column = (rows: readonly object[], name: string) => rows.map((row) => (row as Record<string, unknown>)[name])

describe('table.fill-missing', () => {
  const gaps = [null, 1, null, undefined, 4, 10, null].map((n, index) => ({ id: index, n, 组: index < 5 ? 'a' : 'b' }))
  const filled = async (method: 'mean' | 'median' | 'mode' | 'forward' | 'backward' | 'interpolate', by?: ['组']) =>
    column(await rowsOf(fromRows(gaps).step('table.fill-missing', { columns: { n: method }, ...(by && { by }) })), 'n')

  test('each method fills from the other values, in the order of the rows', async () => {
    expect(await filled('mean')).toEqual([5, 1, 5, 5, 4, 10, 5])
    expect(await filled('median')).toEqual([4, 1, 4, 4, 4, 10, 4])
    expect(await filled('mode')).toEqual([1, 1, 1, 1, 4, 10, 1])
    expect(await filled('forward')).toEqual([null, 1, 1, 1, 4, 10, 10])
    expect(await filled('backward')).toEqual([1, 1, 4, 4, 4, 10, null])
    expect(await filled('interpolate')).toEqual([null, 1, 2, 3, 4, 10, null])
  })

  test('a column may have the name of what all objects have', async () => {
    const rows = [{ constructor: 'a' }, { constructor: null }]
    const built = fromRows(rows).step('table.fill-missing', { columns: { constructor: 'forward' } as never })
    expect(await rowsOf(built)).toEqual([{ constructor: 'a' }, { constructor: 'a' }])
  })

  test('groups do not see each other', async () => {
    expect(await filled('mean', ['组'])).toEqual([2.5, 1, 2.5, 2.5, 4, 10, 10])
    expect(await filled('forward', ['组'])).toEqual([null, 1, 1, 1, 4, 10, 10])
    expect(await filled('backward', ['组'])).toEqual([1, 1, 4, 4, 4, 10, null])
  })

  test('dates have means; values of other kinds keep what they are; texts are rejected, not guessed', async () => {
    const days = [{ d: new Date('2026-01-01') }, { d: null }, { d: new Date('2026-01-03') }]
    const dated = await rowsOf(fromRows(days).step('table.fill-missing', { columns: { d: 'interpolate' } }))
    expect(dated[1]).toEqual({ d: new Date('2026-01-02') })
    const texts = fromRows([
      { n: 1, t: '' },
      { n: '3', t: null },
      { n: null, t: null },
    ])
    const { rows, rejects } = await resultOf(
      texts.step('table.fill-missing', { columns: { n: 'mean', t: { value: '无' } } }),
    )
    expect(rows).toEqual([
      { n: 1, t: '' },
      { n: 1, t: '无' },
    ])
    expect(rejects).toMatchObject([
      { id: 'rows:2', message: 'Column "n" contains "3", and a number or a date for the method mean is expected.' },
    ])
  })
})

describe('table.outliers', () => {
  const rows = [1, 2, 3, 4, 100, null, Number.NaN].map((n) => ({ n, g: (n ?? 0) > 50 ? 'b' : 'a' }))

  test('each method finds the distant value, and a missing value is not an outlier', async () => {
    for (const method of ['iqr', 'mad'] as const) {
      const marked = await rowsOf(fromRows(rows).step('table.outliers', { input: 'n', method, output: '离群' }))
      expect(column(marked, '离群')).toEqual([false, false, false, false, true, null, true])
    }
    const wide = Array.from({ length: 30 }, (_, n) => ({ n: n === 29 ? 1000 : n }))
    const marked = await rowsOf(fromRows(wide).step('table.outliers', { input: 'n', method: 'zscore' }))
    expect(marked.filter(({ outlier }) => outlier)).toEqual([{ n: 1000, outlier: true }])
  })

  test('a group has a range of its own, and the ledger says why a row was dropped', async () => {
    const kept = await rowsOf(fromRows(rows).step('table.outliers', { input: 'n', by: ['g'], action: 'drop' }))
    expect(column(kept, 'n')).toEqual([1, 2, 3, 4, 100, null])
  })
})
