import { columnNames, pipeline, rowFromEntries } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

const { fromRows, fromUnknown, fromLines, rowsOf, resultOf } = tableProject()

describe('names of columns', () => {
  test.each(['#line', '#position', '#LINE', '#value', '#first', '#keys', '#json0', 'constructor', 'row', 'id'])(
    '%s is a column like any other',
    async (name) => {
      const rows = [3, 1, 2, 1].map((value, index) => ({ [name]: value, b: `b${index}` }))
      const quoted = `"${name}"`
      for (const from of [fromRows(rows), fromUnknown(rows), fromLines(rows.map((row) => JSON.stringify(row)))]) {
        expect(await rowsOf(from.step('table.filter', { where: `${quoted} > 1` }))).toEqual([rows[0], rows[2]])
        expect(await rowsOf(from.step('table.sort', { by: name }))).toEqual([rows[1], rows[3], rows[2], rows[0]])
        const values = { sum: `sum(${quoted})`, list: `list(${quoted})`, most: `max(${quoted})` }
        expect(await rowsOf(from.step('table.aggregate', { values }))).toEqual([
          { sum: 7, list: [3, 1, 2, 1], most: 3 },
        ])
        expect(await rowsOf(from.step('table.aggregate', { by: [name], values: { n: 'count(b)' } }))).toEqual([
          { [name]: 3, n: 1 },
          { [name]: 1, n: 2 },
          { [name]: 2, n: 1 },
        ])
      }
    },
  )

  test.each(['#maestro.line', '#Maestro.position', '#maestro.json0'])(
    '%s is a name of the engine: an expression cannot read it, and steps keep it',
    async (name) => {
      const rows = [{ [name]: 2 }, { [name]: 1 }]
      const from = fromRows(rows)
      await expect(rowsOf(from.step('table.filter', { where: `"${name}" > 1` }))).rejects.toThrow(
        /is like a name of the engine: rename the column/,
      )
      const sorted = from.step('table.sort', { by: name }).step('table.dedupe', { by: [name] })
      expect(await rowsOf(sorted)).toEqual([rows[1], rows[0]])
    },
  )

  test('steps over rows keep the order of columns that are called like numbers', async () => {
    const row = rowFromEntries([
      ['b', 1],
      ['2021', { y: 4 }],
      ['2020', []],
    ])
    for (const from of [fromRows([row]), fromUnknown([row])]) {
      const orderAfter = async (built: typeof from) => (await rowsOf(built)).map((found) => columnNames(found))
      expect(await orderAfter(from.step('table.select', { columns: ['2021', 'b'] }))).toEqual([['2021', 'b']])
      expect(await orderAfter(from.step('table.cast', { columns: { b: 'string' } }))).toEqual([['b', '2021', '2020']])
      expect(await orderAfter(from.step('table.drop', { columns: ['2020'] }))).toEqual([['b', '2021']])
    }
  })

  test('a renamed column keeps its place, also beside another step that does not depend on it', async () => {
    const from = fromRows([{ a: 1, b: 2, c: 3 }])
    const renamed = from.step('table.drop', { columns: ['c'] }).step('table.rename', { columns: { a: 'x' } })
    expect((await rowsOf(renamed)).map((row) => columnNames(row))).toEqual([['x', 'b']])
    const swapped = from.step('table.drop', { columns: ['c'] }).step('table.rename', { columns: { a: 'b', b: 'a' } })
    expect((await rowsOf(swapped)).map((row) => Object.entries(row))).toEqual([
      [
        ['b', 1],
        ['a', 2],
      ],
    ])
  })
})

describe('lists and objects in aggregates', () => {
  const large = 6.4e18

  test('numbers in them stay what they are', async () => {
    const rows = [{ x: [-0, large, 9007199254740993n] }, { x: { a: 1e300 } }]
    for (const from of [fromRows(rows), fromUnknown(rows)]) {
      const [found] = await rowsOf(from.step('table.aggregate', { values: { list: 'list(x)' } }))
      expect(found).toEqual({ list: [[-0, large, 9007199254740993n], { a: 1e300 }] })
    }
  })

  test.each([
    ['half a character', ['\ud83d']],
    ['NaN', [Number.NaN]],
    ['an infinity', { deep: [Number.NEGATIVE_INFINITY] }],
    ['an invalid date', { at: new Date(Number.NaN) }],
  ])('a row with %s in a list or an object is rejected alone', async (_, value) => {
    const { rows, rejects } = await resultOf(
      fromUnknown([{ x: [1] }, { x: value }, { x: [2] }]).step('table.aggregate', { values: { list: 'list(x)' } }),
    )
    expect(rows).toEqual([{ list: [[1], [2]] }])
    expect(rejects.map(({ id }) => id)).toEqual(['rows:2'])
  })

  test('a filter, which only chooses rows, keeps them', async () => {
    const rows = [{ x: ['\ud83d'] }, { x: [Number.NaN] }, { x: null }]
    expect(await rowsOf(fromUnknown(rows).step('table.filter', { where: 'x IS NOT NULL' }))).toEqual(rows.slice(0, 2))
  })
})

test('blank lines and rejected rows do not change a sample', async () => {
  const rows = Array.from({ length: 40 }, (_, n) => ({ n }))
  const lines = rows.flatMap(({ n }) => [`{"n":${n}}`, ...(n % 3 === 0 ? [''] : [])])
  for (const options of [{ count: 7 }, { fraction: 0.3, seed: 2 }]) {
    const sampleOf = (built: ReturnType<typeof fromRows>) => rowsOf(built.step('table.sample', options as never))
    const expected = await sampleOf(fromRows(rows))
    expect(expected.length).toBeGreaterThan(0)
    expect(await sampleOf(fromLines(lines))).toEqual(expected)
    expect(await sampleOf(fromLines([...lines.slice(0, 9), '{broken', ...lines.slice(9)]))).toEqual(expected)
  }
})

test('equal decimals are equal in whole rows, too, however many columns there are', async () => {
  const row = (d: string) => ({ d, ...Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`c${n}`, n])) })
  const built = pipeline('p').from([row('1.0'), row('1'), row('2')], { columns: { d: 'decimal' } })
  expect(await rowsOf(built.step('table.dedupe', {}) as never)).toHaveLength(2)
})
