import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'
import table from '../../index.js'

const { fromRows, resultOf } = tableProject()
const preview = (built: Parameters<typeof resultOf>[0]) => resultOf(built)

describe('table.explode', () => {
  test('a row of each item, in order, with its position; a row without items is kept', async () => {
    const rows = [{ id: 1, 标签: ['a', null, { b: 1 }] }, { id: 2, 标签: [] }, { id: 3 }]
    const { rows: out } = await preview(fromRows(rows).step('table.explode', { input: '标签', position: 'n' }))
    expect(out).toEqual([
      { id: 1, 标签: 'a', n: 0 },
      { id: 1, 标签: null, n: 1 },
      { id: 1, 标签: { b: 1 }, n: 2 },
      { id: 2, 标签: null, n: null },
      { id: 3, 标签: null, n: null },
    ])
  })

  test('rows know their parents, and rows that are dropped are counted', async () => {
    const rows = [{ x: [1n, 2n ** 70n] }, { x: [] }]
    const p = pipeline('p').from(rows).step('table.explode', { input: 'x', empty: 'drop' })
    const shown = await maestro({ plugins: [table], logLevel: 'silent' }).preview(p, 10)
    expect(shown.steps.at(-1)?.rows).toEqual([
      { id: 'rows:1/1-table.explode/0', row: { x: 1n } },
      { id: 'rows:1/1-table.explode/1', row: { x: 2n ** 70n } },
    ])
  })

  test('text that contains a list is refused and not guessed', async () => {
    const { rows, rejects } = await preview(fromRows([{ x: '[1]' }, { x: [1] }]).step('table.explode', { input: 'x' }))
    expect(rows).toEqual([{ x: 1 }])
    expect(rejects).toMatchObject([{ message: 'Column "x" contains "[1]", and a list is expected.' }])
  })
})

describe('table.flatten', () => {
  test('objects become columns in their place, down to the depth', async () => {
    const rows = [{ id: 1, a: { b: { c: 1 }, d: [1], e: new Date(0) }, z: 2 }]
    expect((await preview(fromRows(rows).step('table.flatten', { columns: ['a'] }))).rows).toEqual([
      { id: 1, a_b_c: 1, a_d: [1], a_e: new Date(0), z: 2 },
    ])
    const shallow = fromRows(rows).step('table.flatten', { columns: ['a'], depth: 1, separator: '.' })
    expect((await preview(shallow)).rows).toEqual([{ id: 1, 'a.b': { c: 1 }, 'a.d': [1], 'a.e': new Date(0), z: 2 }])
  })

  test('named members are columns of every row, and the plan knows them', async () => {
    const rows = [{ 地址: { city: 'Oslo', geo: { lat: 59.9 } } }, { 地址: null }]
    const flat = fromRows(rows).step('table.flatten', { columns: ['地址'], members: ['city', 'geo.lat'] })
    expect((await preview(flat)).rows).toEqual([
      { 地址_city: 'Oslo', 地址_geo_lat: 59.9 },
      { 地址_city: null, 地址_geo_lat: null },
    ])
  })

  test('a row in which two columns would have one name is rejected', async () => {
    const { rejects } = await preview(
      fromRows([{ a: { b: 1 }, a_b: 2 }, { a: {} }]).step('table.flatten', { columns: ['a'] }),
    )
    expect(rejects[0]?.message).toContain('the row would have two columns "a_b"')
  })
})

describe('table.unpivot', () => {
  test('columns become rows; values keep their kinds', async () => {
    const rows = [{ id: 'a', q1: 1.5, q2: null, q3: 2n ** 60n }]
    const long = fromRows(rows).step('table.unpivot', {
      columns: ['q1', 'q2', 'q3'],
      outputs: { name: '季', value: 'sales' },
    })
    expect((await preview(long)).rows).toEqual([
      { id: 'a', 季: 'q1', sales: 1.5 },
      { id: 'a', 季: 'q2', sales: null },
      { id: 'a', 季: 'q3', sales: 2n ** 60n },
    ])
    const dropped = fromRows(rows).step('table.unpivot', { columns: ['q1', 'q2'], empty: 'drop' })
    expect((await preview(dropped)).rows).toEqual([{ id: 'a', q3: 2n ** 60n, name: 'q1', value: 1.5 }])
  })
})

test('table.unpivot does not replace another column of the row', async () => {
  const rows = [{ name: 'Ann', q1: 1, q2: 2 }]
  const built = (options = {}) =>
    fromRows(rows)
      .map((row) => row)
      .step('table.unpivot', { columns: ['q1', 'q2'], ...options })
  const { rejects } = await preview(built())
  expect(rejects.map(({ message }) => message)).toEqual([expect.stringContaining('two columns "name"')])
  const { rows: found } = await preview(built({ outputs: { name: 'quarter', value: 'value' } }))
  expect(found).toEqual([
    { name: 'Ann', quarter: 'q1', value: 1 },
    { name: 'Ann', quarter: 'q2', value: 2 },
  ])
})

test('table.flatten puts columns into their place, also beside a step that changes other columns', async () => {
  const rows = [{ a: 1, 地址: { city: 'Oslo', zip: '0150' }, b: 2 }]
  const built = fromRows(rows)
    .step('table.rename', { columns: { a: 'first' } })
    .step('table.flatten', { columns: ['地址'], members: ['city', 'zip'] })
    .step('table.cast', { columns: { b: 'string' } })
  const { rows: found } = await preview(built)
  expect(Object.keys(found[0] ?? {})).toEqual(['first', '地址_city', '地址_zip', 'b'])
})
