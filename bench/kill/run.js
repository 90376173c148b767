// Runs a pipeline over a server in a folder, or goes on with it: node run.js BASE_URL FOLDER CONCURRENCY [cache | none]
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import openai from '@maestro-dataflow/plugin-openai'

const [baseUrl = '', directory = '', concurrency = '', cache = 'cache'] = process.argv.slice(2)
const project = maestro({
  directory,
  plugins: [fs, ai, openai],
  servings: {
    default: {
      use: 'openai.chat',
      baseUrl,
      apiKey: 'a key',
      model: 'bench',
      limits: { concurrency: Number(concurrency) },
    },
  },
  ...(cache === 'none' ? { cache: false } : {}),
  logLevel: 'silent',
})
const answers = pipeline('answers')
  .read('fs.file', { path: 'rows.jsonl', columns: { row: 'integer', question: 'string' } })
  .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' })
  .write('fs.file', { path: 'answers.jsonl' })
const [unfinished] = await project.unfinishedRuns()
await project.run(answers, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
await project.dispose()
console.log('done')
