import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

const { fromLines, rowsOf, linesOf } = tableProject()
const columns = { n: 'number', t: 'string' } as const
/** Lines that are as long as one with the declared columns alone would be. */
const lines = [
  '{"n":1,"t":"a"}',
  '{"n":2,"t":"b","secret":"x"}',
  '{"n":3}',
  '{"n":4,"x":"b"}',
  '{"secret":{"n":7},"t":"c","n":5}',
  // The engine's text of the number is longer than the line's by as much as the other column takes.
  '{"n":1e7,"t":"d","x":1}',
  '{"n":6e-5,"t":"d","":1}',
  '{"t":"e","n":8,"$bigint":"5"}',
]
const expected = lines.map((line) => {
  const { n, t } = JSON.parse(line) as { n: number; t?: string }
  return t === undefined ? { n } : { n, t }
})

const steps = [
  ['table.filter', { where: 'n > 0' }],
  ['table.sort', { by: 'n' }],
  ['table.dedupe', { by: ['n'] }],
  ['table.dedupe', {}],
  ['table.limit', { count: 99 }],
] as const

describe.each(steps)('%s %j', (use, options) => {
  const byNumber = (rows: readonly object[]) => [...rows].sort((one, other) => numberOf(one) - numberOf(other))
  const numberOf = (row: object) => Number((row as { readonly n: unknown }).n)

  test('leaves out columns that the source does not declare', async () => {
    const { lines: written, rejects } = await linesOf(fromLines(lines, columns).step(use, options as never))
    expect(rejects).toEqual([])
    expect(byNumber(written.map((line) => JSON.parse(line)))).toEqual(byNumber(expected))
    expect(await rowsOf(fromLines(lines, columns).step(use, options as never))).toHaveLength(lines.length)
  })

  test.each(lines.slice(1))('alone: %s', async (line) => {
    const { lines: written } = await linesOf(fromLines([line], columns).step(use, options as never))
    expect(written.map((text) => JSON.parse(text))).toEqual([expected[lines.indexOf(line)]])
  })
})

test('a line with the declared columns alone stays as it is written', async () => {
  const given = ['{"n":1.50,"t":"\\u00e9"}', '{"t":"x" , "n":1e3}', '{"n":null,"t":"y"}']
  const { lines: written } = await linesOf(fromLines(given, columns).step('table.limit', { count: 9 } as never))
  expect(written).toEqual(given)
})
