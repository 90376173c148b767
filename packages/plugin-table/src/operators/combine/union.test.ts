import { columnNames, type Row, rowFromEntries } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, fromLines, otherLines, linesOf, rowsOf } = tableProject()

test('the rows of the other table follow, with their own columns', async () => {
  const right = [{ id: 2n ** 60n, 城市: '上海' }, { id: '1' }]
  expect(await rowsOf(fromRows([{ id: 1 }]).step('table.union', { right }))).toEqual([{ id: 1 }, ...right])
})

test('several unions follow each other, whose rows have ids of their own', async () => {
  const right = [{ id: 2 }]
  const built = fromRows([{ id: 1 }])
    .step('table.union', { right })
    .step('table.union', { right })
  expect(await rowsOf(built)).toEqual([{ id: 1 }, { id: 2 }, { id: 2 }])
})

test('rows of code keep the order of their columns', async () => {
  const right = [
    rowFromEntries([
      ['city', 'Oslo'],
      ['2021', 1],
      ['2020', 2],
    ]),
  ]
  const [, added = {}] = await rowsOf(fromRows([{ id: 1 }]).step('table.union', { right }))
  expect(columnNames(added)).toEqual(['city', '2021', '2020'])
})

test('lines of files are copied as they are, behind those of the input', async () => {
  const right: readonly Row[] = otherLines(['{"id": 1.50, "城市":"上海"}', '', '{"id":"x"}'])
  const { lines, rejects } = await linesOf(fromLines(['{"id":1}', '{ "id":2 }']).step('table.union', { right }))
  expect(lines).toEqual(['{"id":1}', '{ "id":2 }', '{"id": 1.50, "城市":"上海"}', '{"id":"x"}'])
  expect(rejects).toEqual([])
})

test('lines of files have the ids of their step and their line, and their values for the next step', async () => {
  const right: readonly Row[] = otherLines(['{"id":2}', '', '{"id":9007199254740993}'])
  const built = fromLines(['{"id":1}']).step('table.union', { right }).step('table.union', { right })
  expect(await rowsOf(built)).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 9007199254740993n },
    { id: 2 },
    { id: 9007199254740993n },
  ])
})
