import { expect, test } from 'vitest'
import { z } from 'zod'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, resultOf, rowsOf } = tableProject()

test('rows with faults are rejected with all their faults; the others are unchanged', async () => {
  const rows = [
    { 名: '一', stars: 5 },
    { 名: '', stars: 9 },
    { 名: 'three', stars: '4' },
  ]
  const rules = { 名: { required: true, maxLength: 3 }, stars: { type: 'integer', min: 1, max: 5 } } as const
  const { rows: out, rejects } = await resultOf(fromRows(rows).step('table.validate', { rules }))
  expect(out).toEqual([{ 名: '一', stars: 5 }])
  expect(rejects.map(({ message }) => message)).toEqual([
    'The row is not valid: "名" has no value; "stars" is not at most 5: 9.',
    'The row is not valid: "名" is longer than 3: "three"; "stars" is not of type integer: "4"; "stars" is not at least 1: "4"; "stars" is not at most 5: "4".',
  ])
})

test('the faults can go to a column', async () => {
  const rows = [
    { day: new Date('2026-01-02'), tag: 'a' },
    { day: new Date('2024-01-02'), tag: 'zz\nb' },
  ]
  const rules = { day: { min: new Date('2025-01-01') }, tag: { oneOf: ['a', 'b'], pattern: '[a-z]+' } }
  const out = await rowsOf(fromRows(rows).step('table.validate', { rules, failures: 'column', output: '错' }))
  expect(out.map((row) => row.错)).toEqual([
    [],
    [
      '"day" is not at least 2025-01-01T00:00:00.000Z: "2024-01-02T00:00:00.000Z"',
      '"tag" does not match [a-z]+: "zz\\nb"',
      '"tag" is not one of "a", "b": "zz\\nb"',
    ].map((text) => text.replaceAll('\\n', '\n')),
  ])
})

test('a schema checks and does not change the row', async () => {
  const schema = z.object({ n: z.coerce.number().max(3) })
  const { rows, rejects } = await resultOf(
    fromRows([
      { n: '2', more: 1 },
      { n: '7', more: 1 },
    ]).step('table.validate', { schema }),
  )
  expect(rows).toEqual([{ n: '2', more: 1 }])
  expect(rejects).toHaveLength(1)
})

test('a wrong pattern is a fault of the plan', async () => {
  const built = fromRows([{ a: 'x' }]).step('table.validate', { rules: { a: { pattern: '(' } } })
  await expect(rowsOf(built)).rejects.toThrow(/pattern/)
})
