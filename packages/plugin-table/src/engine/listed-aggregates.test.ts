import { expect, test } from 'vitest'
import { tableProject } from '../__fixtures__/table-project.js'

const { fromRows, rowsOf } = tableProject()

/** Numbers whose sum depends on the order in which they are added. */
const rows = Array.from({ length: 600 }, (_, index) => {
  const isMissing = index % 11 === 0
  return { g: `g${(index * 7) % 40}`, x: isMissing ? null : ((index * 7919) % 1000) / 7 + 10 ** (index % 13) }
})

test('sums and means of many groups add the values in the order of the rows', async () => {
  const values = {
    sum: 'sum(x)',
    mean: 'avg(x) + 1',
    some: 'sum(x * 2) FILTER (WHERE x > 500)',
    none: 'sum(x) FILTER (WHERE x < 0)',
  }
  const found = await rowsOf(fromRows(rows).step('table.aggregate', { by: ['g'], values } as never))
  const groups = Map.groupBy(rows, ({ g }) => g)
  const added = (given: readonly number[]) => given.reduce((sum, x) => sum + x, 0)
  expect(found).toEqual(
    Array.from(groups, ([g, members]) => {
      const xs = members.flatMap(({ x }) => x ?? [])
      const some = xs.filter((x) => x > 500).map((x) => x * 2)
      return {
        g,
        sum: added(xs),
        mean: added(xs) / xs.length + 1,
        some: some.length === 0 ? null : added(some),
        none: null,
      }
    }),
  )
})
