import { columnNames } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from '../__fixtures__/table-project.js'

const { fromRows, fromUnknown, resultOf, rowsOf } = tableProject()

describe('table.sample by group', () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, 组: id < 90 ? '多' : id < 98 ? 'few' : null }))
  const sizes = (found: readonly Record<string, unknown>[]) =>
    [...Map.groupBy(found, (row) => row.组)].map(([name, group]) => [name, group.length])

  test('a count is taken from each group, and small groups stay whole', async () => {
    const found = await rowsOf(fromRows(rows).step('table.sample', { count: 5, by: ['组'], seed: 3 }))
    expect(sizes(found)).toEqual([
      ['多', 5],
      ['few', 5],
      [null, 2],
    ])
    expect(found.map(({ id }) => id)).toEqual(found.map(({ id }) => Number(id)).sort((a, b) => a - b))
    expect(await rowsOf(fromUnknown(rows).step('table.sample', { count: 5, by: ['组'], seed: 3 }))).toEqual(found)
  })

  test('a fraction is taken from each group', async () => {
    const found = await rowsOf(fromRows(rows).step('table.sample', { fraction: 0.5, by: ['组'] }))
    expect(sizes(found)).toEqual([
      ['多', 45],
      ['few', 4],
      [null, 1],
    ])
  })
})

test('table.distinct compares values by type and value', async () => {
  const rows = [{ a: 1, 乙: 'x' }, { a: 2, 乙: 'x' }, { a: 1, 乙: 'x', more: 1 }, { a: null }, {}]
  expect(await rowsOf(fromUnknown(rows).step('table.distinct', { columns: ['a', '乙'] }))).toEqual([
    { a: 1, 乙: 'x' },
    { a: 2, 乙: 'x' },
    { a: null, 乙: null },
  ])
})

describe('table.pivot', () => {
  const rows = [
    { 城市: 'Oslo', q: 'q1', n: 1 },
    { 城市: 'Oslo', q: "q'2", n: 2 },
    { 城市: 'Bergen', q: 'q1', n: 3 },
    { 城市: 'Oslo', q: 'q1', n: 4 },
    { 城市: 'Oslo', q: 'q3', n: 100 },
  ]
  const step = { by: ['城市'], input: 'q', outputs: ['q1', "q'2"], value: 'n' } as const

  test('values become columns; rows of other values are rejected, not lost', async () => {
    const { rows: found, rejects } = await resultOf(fromRows(rows).step('table.pivot', step))
    expect(found).toEqual([
      { 城市: 'Oslo', q1: 5, "q'2": 2 },
      { 城市: 'Bergen', q1: 3, "q'2": null },
    ])
    expect(rejects).toMatchObject([{ id: 'rows:5', message: expect.stringContaining('is none of the outputs') }])
  })

  test('or dropped, on request; methods other than the sum', async () => {
    const pivoted = fromUnknown(rows).step('table.pivot', { ...step, others: 'drop', method: 'max' })
    expect(await rowsOf(pivoted)).toEqual([
      { 城市: 'Oslo', q1: 4, "q'2": 2 },
      { 城市: 'Bergen', q1: 3, "q'2": null },
    ])
  })

  test('it may follow another table step', async () => {
    const sorted = fromRows(rows)
      .step('table.sort', { by: ['城市'] })
      .step('table.pivot', { ...step, others: 'drop' })
    expect((await rowsOf(sorted)).map((row) => row.城市)).toEqual(['Bergen', 'Oslo'])
  })

  test('the run fails if every row is rejected, also without a key', async () => {
    const pivoted = fromRows([{ q: 'x', v: 1 }]).step('table.pivot', {
      by: [],
      input: 'q',
      outputs: ['q1'],
      value: 'v',
    })
    await expect(rowsOf(pivoted)).rejects.toThrow('failed')
  })

  test('numbers can become columns', async () => {
    const years = [
      { y: 2025, n: 1n },
      { y: 2026, n: 2n },
    ]
    const pivoted = fromRows(years).step('table.pivot', { by: [], input: 'y', outputs: [2025, 2026], value: 'n' })
    expect((await rowsOf(pivoted))[0]).toMatchObject({ 2025: 1, 2026: 2 })
  })

  test('the new columns stand in the order of the outputs', async () => {
    const years = [2021, 2020].map((y) => ({ c: 'A', y, n: 1 }))
    const pivoted = fromRows(years).step('table.pivot', { by: ['c'], input: 'y', outputs: [2021, 2020], value: 'n' })
    expect((await rowsOf(pivoted)).map(columnNames)).toEqual([['c', '2021', '2020']])
  })
})
