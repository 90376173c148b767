import { expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

const { fromLines, fromRows, linesOf, rowsOf } = tableProject()

test.each([
  ['repeat(t, n)', 'repeat'],
  ["lpad(t, n::INTEGER, '.')", 'lpad'],
  ["rpad(t, n::INTEGER, '.')", 'rpad'],
  ['range(n)', 'range'],
  ['range(0, n, 1)', 'range'],
  ['generate_series(-n, n)', 'generate_series'],
  ['list_resize([1], n)', 'list_resize'],
  ['array_resize([1], n, 0)', 'array_resize'],
  ["bitstring('1', n::INTEGER)", 'bitstring'],
  ['to_base(1, 2, n::INTEGER)', 'to_base'],
])('a number in one row that makes %s too large costs that row alone', async (expression, name) => {
  const given = [3, 2_000_000_000, 5].map((n) => JSON.stringify({ n, t: 'x' }))
  const pipeline = fromLines(given, { n: 'integer', t: 'string' })
  const { lines, rejects } = await linesOf(
    pipeline.step('table.filter', { where: `length(${expression}) > 1` } as never),
  )
  expect(lines).toEqual([given[0], given[2]])
  expect(rejects.map(({ message }) => message)).toEqual([expect.stringContaining(`${name} would make a value of more`)])
})

test('the bounded functions compute what they computed before', async () => {
  const values = {
    padded: "any_value(lpad(t, 3, '0'))",
    repeated: 'any_value(repeat(t, 3))',
    items: 'any_value(len(range(2, 10, 3)))',
    days: "any_value(len(range(DATE '2026-01-01', DATE '2026-01-08', INTERVAL 1 DAY)))",
  }
  const rows = await rowsOf(fromRows([{ t: '7' }]).step('table.aggregate', { by: [], values } as never))
  expect(rows).toEqual([{ padded: '007', repeated: '777', items: 3, days: 7 }])
})
