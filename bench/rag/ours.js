// Indexes the passages through a pipeline, asks the questions by each method, and prints the figures as one line of JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import lance from '@maestro-dataflow/plugin-lance'
import local from '@maestro-dataflow/plugin-local'
import { passages, questions, serving } from './task.js'

const directory = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
const project = maestro({
  directory,
  plugins: [ai, lance, local],
  servings: { embedder: serving },
  vectorStores: { kb: { use: 'lance.vectors', path: 'kb' } },
  logLevel: 'warn',
})
const rowsOf = (defined) => Array.fromAsync(project.rows(defined))
// Loading the model stays out.
await rowsOf(
  pipeline('warm')
    .from([{ text: 'warm' }])
    .step('ai.embed', {}),
)

const started = performance.now()
await rowsOf(pipeline('index').from(passages).step('ai.index', { store: 'kb' }))
const seconds = (performance.now() - started) / 1000

const recall = {}
for (const method of ['vector', 'keyword', 'hybrid']) {
  const asked = pipeline('ask').from(questions).step('ai.retrieve', { store: 'kb', method, passages: 5 })
  const rows = await rowsOf(asked)
  recall[method] =
    rows.filter((row) => row.passages.some(({ document }) => document === row.document)).length / rows.length
}
await project.dispose()
rmSync(directory, { recursive: true })
console.log(JSON.stringify({ seconds, recall, passages: passages.length }))
