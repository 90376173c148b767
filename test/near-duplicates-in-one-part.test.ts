import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import table from '@maestro-dataflow/plugin-table'
import text from '@maestro-dataflow/plugin-text'
import { expect, test } from 'vitest'

const words = (seed: number) => Array.from({ length: 30 }, (_, at) => `word${(seed * 31 + at * at) % 997}`)

test('rows whose texts are nearly the same are never in two parts', async () => {
  const rows = Array.from({ length: 60 }, (_, n) => {
    const said = words(n % 20)
    said[n % 30] = `changed${n}`
    return { n, topic: n % 20, said: said.join(' ') }
  })
  const project = maestro({ plugins: [table, text], logLevel: 'silent' })
  const built = pipeline('p')
    .from(rows)
    .step('text.dedupe-near', { input: 'said', threshold: 0.5, words: 2, duplicates: 'column' })
    .step('table.split', { parts: { train: 1, test: 1 }, by: ['cluster'] })
  const found = await Array.fromAsync(project.rows(built))
  await project.dispose()
  const parts = Map.groupBy(found, ({ topic }) => topic)
  expect([...parts.values()].map((some) => new Set(some.map(({ split }) => split)).size)).toEqual(Array(20).fill(1))
  expect(new Set(found.map(({ split }) => split))).toEqual(new Set(['train', 'test']))
})
