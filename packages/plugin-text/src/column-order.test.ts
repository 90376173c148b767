import { columnNames, pipeline, rowFromEntries } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, expect, test } from 'vitest'
import plugin from './plugin.js'

const project = maestro({ plugins: [plugin], logLevel: 'silent' })
afterAll(() => project.dispose())

test('columns that are called like numbers keep their place', async () => {
  const row = rowFromEntries([
    ['text', ' a  b '],
    ['2021', 1],
    ['2020', 2],
  ])
  const steps = pipeline('p')
    .from([row])
    .step('text.measure', { input: 'text', measures: ['words'] })
    .step('text.normalize', { input: 'text', do: ['whitespace'] })
    .step('text.normalize', { input: 'text', do: ['lowercase'], output: '2019' })
    .step('text.dedupe-near', { input: 'text' })
  const [made] = await Array.fromAsync(project.rows(steps))
  expect(columnNames(made ?? {})).toEqual(['text', '2021', '2020', 'words', '2019', 'duplicates'])
})
