import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, expect, test } from 'vitest'
import table from './index.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-sums-'))
const project = maestro({ plugins: [table], directory, logLevel: 'silent', run: { maxRejects: '100%' } })
afterAll(async () => {
  await project.dispose()
  rmSync(directory, { recursive: true, force: true })
})

type Built = ReturnType<typeof typed>
const typed = (rows: readonly Row[], type: 'bigint' | 'decimal') =>
  pipeline('p').from(rows, { columns: { g: 'integer', n: type } })
/** Rows of which the plan knows no columns. */
const untyped = (rows: readonly Row[]) =>
  pipeline('p')
    .from(rows)
    .map((row) => ({ ...row }) as Row) as unknown as Built
const sums = (from: Built, values: Readonly<Record<string, string>>) =>
  Array.fromAsync(project.rows(from.step('table.aggregate', { by: ['g'], values }))) as Promise<Row[]>

const large = 2n ** 126n
const rows = [large, large, large, -1n].map((n, index) => ({ g: 0, n, index })).concat({ g: 1, n: 5n, index: 4 })

test.each([
  ['typed', () => typed(rows, 'bigint')],
  ['of which the plan knows nothing', () => untyped(rows)],
])('a sum of more than 128 bits is exact, and a mean is a number: rows that are %s', async (_, from) => {
  const values = { sum: 'sum(n)', mean: 'avg(n)', some: 'sum(n) FILTER (WHERE n > 0)', text: 'sum(n)::varchar' }
  expect(await sums(from(), values)).toEqual([
    { g: 0, sum: 3n * large - 1n, mean: (3 / 4) * 2 ** 126, some: 3n * large, text: String(3n * large - 1n) },
    { g: 1, sum: 5, mean: 5, some: 5, text: '5' },
  ])
})

test('a running sum of more than 128 bits is exact', async () => {
  const step = untyped(rows).step('table.window', { by: ['g'], orderBy: 'index', values: { sum: 'sum(n)' } })
  expect((await Array.fromAsync(project.rows(step))).map((row) => (row as Row).sum)).toEqual([
    large,
    2n * large,
    3n * large,
    3n * large - 1n,
    5,
  ])
})

test('whole numbers of any size are added and compared with small ones', async () => {
  const wide = 10n ** 60n
  const from = () => untyped([wide, 1n, -wide, 7n].map((n) => ({ g: 0, n })))
  const values = { sum: 'sum(n)', most: 'max(n)', least: 'min(n)', more: 'sum(n + 1)' }
  expect(await sums(from(), values)).toEqual([{ g: 0, sum: 8n, most: wide, least: -wide, more: 12n }])
  await expect(sums(from(), { double: 'sum(n * 2)' })).rejects.toMatchObject({
    code: 'MAESTRO_TABLE_EXPRESSION',
    message: expect.stringContaining('whole numbers of more than 128 bits'),
  })
})

test('a result that SQL cannot hold says which one it is, and what to do', async () => {
  const nines = '9'.repeat(38)
  const decimals = typed(
    [{ n: nines }, { n: nines }].map((row) => ({ g: 0, ...row })),
    'decimal',
  )
  await expect(sums(decimals, { n: 'count(*)', sum: 'sum(n)' })).rejects.toMatchObject({
    code: 'MAESTRO_TABLE_RESULT_RANGE',
    message: expect.stringContaining('`sum(n)`'),
    hint: expect.stringContaining('cast(v as double)'),
  })
  await expect(sums(typed(rows, 'bigint'), { double: 'sum(n) * 2' })).rejects.toMatchObject({
    code: 'MAESTRO_TABLE_RESULT_RANGE',
  })
})

test('no decimal number is rounded: a row whose digits no type holds beside the others is rejected', async () => {
  const cells = [`0.${'1'.repeat(30)}`, '2', '9'.repeat(50), '1e-7', '1e-40']
  const from = () =>
    typed(
      cells.map((n) => ({ g: 0, n })),
      'decimal',
    )
  const preview = await project.preview(from().step('table.aggregate', { values: { sum: 'sum(n)' } }), 5)
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ sum: `2.${'1'.repeat(6)}2${'1'.repeat(23)}` }])
  expect(preview.rejects.map(({ id }) => id)).toEqual(['rows:3', 'rows:5'])
  const filtered = await project.preview(from().step('table.filter', { where: 'n > 0.11' }), 5)
  expect(filtered.steps.at(-1)?.rows.map(({ row }) => (row as Row).n)).toEqual(cells.slice(0, 2))
  expect(filtered.rejects).toHaveLength(2)
})
