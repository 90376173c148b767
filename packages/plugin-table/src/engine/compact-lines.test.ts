import { expect, test } from 'vitest'
import { tableProject } from '../__fixtures__/table-project.js'

const { fromLines, rowsOf, linesOf } = tableProject()
const columns = { a: 'number', b: 'number', t: 'string', f: 'boolean' } as const

/** Forms of numbers that DuckDB writes with more or fewer characters. */
const numbers =
  '1 -7 0.5 1.50 1e9 1E9 12e30 123e18 -0 -0.0 1.0 100e-2 5e-1 5e-3 51e-3 1e-7 12e-9 9e99 12345678.25 1e300 0.001 0.05'.split(
    ' ',
  )
const texts = [
  '"x"',
  '"\\u0041"',
  '"\\/"',
  '"é"',
  '"\\u00e9"',
  '"a\\nb"',
  '"😀"',
  '"\\ud83d\\ude00"',
  '""',
  '"}"',
  '",\\"a\\":1"',
]
const others = [
  '',
  ',"":1',
  ',"a":3',
  ',"x":1',
  ',"x":12',
  ',"b":0',
  ',"t":"other"',
  ' ',
  ',"secret":"1234"',
  ',"f":null',
]

function* linesOfAllForms() {
  yield '{"a":1,"b":2,"t":"x","f":true}'
  for (const [index, a] of numbers.entries())
    for (const b of numbers.filter((_, other) => (index + other) % 4 === 0))
      for (const other of others) {
        const t = texts[index % texts.length]
        yield `{"a":${a},"b":${b},"t":${t},"f":${index % 2 === 0}${other}}`
      }
}

test('no length of a line hides another column or a second value of a key', async () => {
  const lines = [...linesOfAllForms()]
  const expected = lines.map((line) => {
    const { a, b, t, f } = JSON.parse(line) as Record<string, unknown>
    return { a, b, t, f }
  })
  const limited = fromLines(lines, columns).step('table.limit', { count: 1e6 } as never)
  const { lines: written, rejects } = await linesOf(limited)
  expect(rejects).toEqual([])
  expect(written.map((line) => JSON.parse(line))).toEqual(expected)
})

test('an aggregate takes the last value of a key, whatever the length of the line is', async () => {
  const lines = [
    '{"a":1,"b":2,"t":"x","f":true}',
    '{"a":1e9,"b":1e9,"t":"x","f":true,"a":5}',
    '{"a":3,"t":"x","f":true,"b":-0,"a":4}',
  ]
  const sums = fromLines(lines, columns).step('table.aggregate', {
    by: ['t'],
    values: { a: 'sum(a)', n: 'count(*)' },
  } as never)
  expect(await rowsOf(sums)).toEqual([{ t: 'x', a: 10, n: 3 }])
})
