// A pipeline over a server: node calls.js BASE_URL ROWS CONCURRENCY OUTPUT kept|bare, as in rows.js.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import openai from '@maestro-dataflow/plugin-openai'
import { reportSeconds } from '../measure.js'
import { question, rowsOf, warmUpRow } from '../model-server/rows.js'

const [baseUrl = '', rows = '', concurrency = '', output = '', kind = 'kept'] = process.argv.slice(2)
const stateDirectory = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const limits = { concurrency: Number(concurrency) }
const project = maestro({
  plugins: [fs, ai, openai],
  servings: { default: { use: 'openai.chat', baseUrl, apiKey: 'a key', model: 'bench', limits } },
  cache: false,
  stateDirectory,
  allowOutsidePaths: true,
  logLevel: 'silent',
})
const ask = (given) =>
  pipeline('answers')
    .from(given)
    .map(({ row }) => ({ row, question: question(row) }))
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' })
const bare = async (given) => {
  const lines = []
  await project.runTo(ask(given), {
    write: (batch) => {
      for (const row of batch.rows) lines.push(JSON.stringify(row))
    },
  })
  writeFileSync(output, `${lines.join('\n')}\n`)
}
const kept = (given) => project.run(ask(given).write('fs.file', { path: output, mode: 'overwrite' }))
const run = kind === 'kept' ? kept : bare
await run(rowsOf(1, warmUpRow))
const started = performance.now()
await run(rowsOf(Number(rows)))
reportSeconds(started)
await project.dispose()
rmSync(stateDirectory, { recursive: true, force: true })
