// A pipeline over a server: node ours.js BASE_URL ROWS CONCURRENCY OUTPUT [openai | ai-sdk [WARM_UP_ROWS]], where a
// concurrency of 0 is learnt.
// Everything is on: run folder on the disk, cache on the disk, budget, limits, usage record.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import { reportCost } from './report-cost.js'
import { question, rowsOf, warmUpRow } from './rows.js'

const [baseUrl, rows, concurrency, output, plugin = 'openai', warmUp = 1] = process.argv.slice(2)
const servings = {
  openai: { use: 'openai.chat', baseUrl, apiKey: 'a key' },
  'ai-sdk': {
    use: 'ai-sdk.chat',
    provider: '@ai-sdk/openai-compatible',
    options: { name: 'bench', baseURL: baseUrl, apiKey: 'a key' },
  },
}
const { default: provider } = await import(`@maestro-dataflow/plugin-${plugin}`)
const state = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({
  plugins: [fs, ai, provider],
  servings: {
    default: {
      ...servings[plugin],
      model: 'bench',
      price: { input: 1, output: 2 },
      limits: concurrency === '0' ? {} : { concurrency: Number(concurrency) },
    },
  },
  budgets: { run: { usd: 1000, tokens: 1e9, requests: 1e7 } },
  stateDirectory: state,
  allowOutsidePaths: true,
  logLevel: 'silent',
})
const ask = (given, path) =>
  pipeline('answers')
    .from(given)
    .map(({ row }) => ({ row, question: question(row) }))
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' })
    .write('fs.file', { path, mode: 'overwrite' })
await project.run(ask(rowsOf(Number(warmUp), warmUpRow), `${output}.first.jsonl`))
const done = reportCost()
await project.run(ask(rowsOf(Number(rows)), output))
done(Number(rows))
await project.dispose()
rmSync(state, { recursive: true, force: true })
