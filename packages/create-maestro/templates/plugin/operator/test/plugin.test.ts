import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describeOperator, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, expect, test } from 'vitest'
import plugin, { shorten } from '../src/index.js'

describePlugin(plugin)
describeOperator(shorten, { options: { input: 'text' } })

const project = maestro({ plugins: [plugin], run: { checks: 'strict' } })
afterAll(() => project.dispose())
const texts = pipeline('texts').from([
  { text: 'a long story', n: 1 },
  { text: '👩‍🚀🚀', n: 2 },
  { text: null, n: 3 },
])

test('cuts a text and keeps the other columns', async () => {
  const { steps } = await project.preview(texts.step('acme.shorten', { input: 'text', length: 6 }), 3)
  expect(steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { text: 'a long story', n: 1, short: 'a long' },
    { text: '👩‍🚀🚀', n: 2, short: '👩‍🚀🚀' },
  ])
})

test('rejects a row without a text', async () => {
  const { rejects } = await project.preview(texts.step('acme.shorten', { input: 'text' }), 3)
  expect(rejects).toMatchObject([{ id: 'rows:3', error: { code: 'ACME_NOT_A_TEXT' } }])
})
