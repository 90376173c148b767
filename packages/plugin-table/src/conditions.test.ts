import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import table from './index.js'

const rows = [
  { id: 'a', lang: 'en', n: 3 },
  { id: 'b', lang: 'no', n: 9 },
  { id: 'c', lang: 'en', n: 1 },
  { id: 'd', lang: 'en', n: 3 },
  { id: 'e', lang: 'no', n: 9 },
  { id: 'f', lang: 'en', n: null },
]
const english = { where: { lang: 'en' } } as const
const start = () => pipeline('p').from(rows)
type Built = ReturnType<typeof start>

async function run(built: unknown) {
  const project = maestro({ plugins: [table], logLevel: 'silent' })
  const found: Row[] = []
  const preview = await project.preview(built as Built, 100)
  for await (const row of project.rows(built as Built)) found.push(row)
  await project.dispose()
  return { found, ids: found.map(({ id }) => id).join(''), counts: preview.report.steps.at(-1)?.counts }
}

test('rows that do not match pass a step that chooses rows by, in their places', async () => {
  const filtered = await run(start().step('table.filter', { where: 'n > 2' }, english))
  expect(filtered.ids).toBe('abde')
  expect(filtered.counts).toMatchObject({ rowsIn: 6, rowsOut: 4, dropped: 2, passedBy: 2 })
  expect((await run(start().step('table.dedupe', { by: ['n'] }, english))).ids).toBe('abcef')
  expect((await run(start().step('table.limit', { count: 1 }, { where: { lang: 'no' } }))).ids).toBe('abcdf')
  expect((await run(start().step('table.filter', { where: 'n > 0' }, { where: { lang: 'de' } }))).ids).toBe('abcdef')
})

test('a sort orders the rows that match among the places that they have', async () => {
  const sorted = await run(start().step('table.sort', { by: 'n' }, english))
  expect(sorted.ids).toBe('cbadef')
  expect(sorted.counts).toMatchObject({ rowsIn: 6, rowsOut: 6, passedBy: 2 })
  expect(sorted.found.filter(({ lang }) => lang === 'no')).toEqual([rows[1], rows[4]])
})

test('columns that a step adds are there for the rows that match', async () => {
  const built = start()
    .step('table.sort', { by: 'id', descending: true })
    .step('table.window', { values: { place: 'row_number()' } }, { where: ({ n }: Row) => n !== null })
    .step('table.filter', { where: 'place < 3 OR place IS NULL' })
  const { found } = await run(built)
  expect(found.map(({ id, place }) => [id, place])).toEqual([
    ['f', undefined],
    ['e', 1],
    ['d', 2],
  ])
})

test('rows that a step makes stand before those that pass by behind them', async () => {
  const grouped = await run(start().step('table.aggregate', { by: ['lang'], values: { total: 'sum(n)' } }, english))
  expect(grouped.found).toEqual([{ lang: 'en', total: 7 }, rows[1], rows[4]])
  expect(grouped.counts).toMatchObject({ rowsIn: 6, rowsOut: 3, merged: 4, created: 1, passedBy: 2 })
})

test('a step over all rows in JavaScript has conditions too', async () => {
  const filled = await run(start().step('table.fill-missing', { columns: { n: { value: 0 } } }, english))
  expect(filled.found.at(-1)).toEqual({ id: 'f', lang: 'en', n: 0 })
  expect(filled.ids).toBe('abcdef')
})
