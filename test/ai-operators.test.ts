// The operators of plugin-ai on the embedded models: that all is wired. What they make of answers is tested beside them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { type Maestro, maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import local from '@maestro-dataflow/plugin-local'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let directory = ''
let project: Maestro
beforeAll(async () => {
  // A folder of its own: no answer of an earlier run is kept there.
  directory = await mkdtemp(join(tmpdir(), 'maestro-operators-'))
  project = maestro({
    directory,
    plugins: [ai, local],
    servings: {
      default: { use: 'local.chat', model: 'smollm2-135m-instruct' },
      embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' },
    },
  })
})
afterAll(async () => {
  await project.dispose()
  await rm(directory, { recursive: true, force: true })
})

const short = { temperature: 0, maxTokens: 48 } as const

test('data, labels, scores and verdicts: typed answers of the language model', async () => {
  const asked = pipeline('data')
    .from([{ text: 'Ann ordered 3 chairs in Oslo. She is happy with them.', other: 'It broke.' }])
    .step('ai.extract', {
      input: 'text',
      schema: z.object({ name: z.string(), chairs: z.number().int() }),
      examples: [{ input: 'Bob bought 2 chairs.', output: { name: 'Bob', chairs: 2 } }],
      ...short,
    })
    .step('ai.classify', { input: 'text', labels: ['good', 'bad'], ...short })
    .step('ai.score', { input: 'text', criterion: 'How happy is the customer?', reason: false, ...short })
    .step('ai.compare', {
      inputs: { a: 'text', b: 'other' },
      criterion: 'Which is longer?',
      reason: false,
      bothOrders: true,
      ...short,
    })
    .step('ai.vote', { prompt: prompt('Good or bad? {{text}}'), labels: ['good', 'bad'], samples: 3, maxTokens: 48 })
    .step('ai.filter', { score: 'score', min: 1 })
  const { rejects, steps } = await project.preview(asked, 1)
  expect(rejects).toEqual([])
  const row = steps.at(-1)?.rows[0]?.row
  expect(row).toMatchObject({ name: 'Ann', chairs: 3 })
  expect(row?.label).toMatch(/^(good|bad)$/)
  expect(row?.score).toBeOneOf([1, 2, 3, 4, 5])
  expect(row?.better).toMatch(/^(a|b|tie)$/)
  expect(row?.vote_agreement).toBeGreaterThan(0.5)
})

test('texts, and a judge that says yes or no', async () => {
  const text = 'The museum opens at nine. It shows old ships and maps. Children are free on Sundays. '
  const asked = pipeline('texts')
    .from([{ text: text.repeat(8) }])
    .step('ai.summarize', { input: 'text', maxWords: 20, chunkTokens: 120, onCutOff: 'keep', ...short })
    .step('ai.translate', { input: 'summary', to: 'French', onCutOff: 'keep', ...short })
    .step('ai.rewrite', { input: 'summary', instructions: 'Say it in capitals.', onCutOff: 'keep', ...short })
    .step('ai.filter', { input: 'text', criterion: 'It is about a museum.', ...short })
  const { rejects, steps, report } = await project.preview(asked, 1)
  expect(rejects).toEqual([])
  const before = steps.at(-2)?.rows[0]?.row
  for (const name of ['summary', 'translation', 'rewritten']) expect(before?.[name]).toMatch(/\S/)
  expect(String(before?.summary).length).toBeLessThan(text.length * 8)
  // Four steps, and the long text was asked about in parts.
  expect(report.usage.requests).toBeGreaterThan(4)
})

test('chunks, vectors and matches of the embedding model', async () => {
  const asked = pipeline('vectors')
    .from([{ text: 'The cat sleeps on the sofa. Shares fell on the stock exchange today.' }])
    .step('ai.chunk', { input: 'text', method: 'sentence', size: 50 })
    .step('ai.embed', { input: 'text' })
    .step('ai.similarity', { input: 'embedding', reference: 'a pet at home' })
    .step('ai.match', { input: 'embedding', references: ['a pet at home', 'money and markets'], threshold: 0.1 })
  const rows = await Array.fromAsync(project.rows(asked))
  expect(rows.map(({ text, match }) => [text, match])).toEqual([
    ['The cat sleeps on the sofa.', 'a pet at home'],
    ['Shares fell on the stock exchange today.', 'money and markets'],
  ])
  const [cat, shares] = rows
  expect(cat?.embedding).toHaveLength(384)
  expect(cat?.similarity ?? 0).toBeGreaterThan((shares?.similarity ?? 1) + 0.2)
})
