// JSONL to JSONL through ai.generate, by a pipeline; says how often the model was asked.
import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import { reportPeak, reportSeconds } from '../measure.js'
import { answerTo, question } from './task.js'

const [input = '', output = '', stateDirectory = ''] = process.argv.slice(2)
let calls = 0
const model = {
  kind: 'llm',
  name: 'bench',
  identity: { address: 'nowhere' },
  price: { input: 0, output: 0 },
  capabilities: { jsonSchema: true, images: false, audio: false },
  async generate({ messages }) {
    calls++
    const text = answerTo(messages[0].content.slice(question.length))
    return { text, finishReason: 'stop', usage: { inputTokens: 100, outputTokens: 30 }, model: 'bench' }
  },
}
const project = maestro({
  plugins: [fs, ai],
  servings: { default: model },
  stateDirectory,
  allowOutsidePaths: true,
  logLevel: 'silent',
})
// All columns are declared, because others are not read.
const columns = { id: 'string', user: 'string', stars: 'integer', price: 'number', day: 'string', text: 'string' }
const asking = pipeline('asking')
  .read('fs.file', { path: input, columns, key: 'id' })
  .step('ai.generate', { prompt: prompt(`${question}{{text}}`), output: 'summary' })
  .write('fs.file', { path: output, mode: 'overwrite' })
const started = performance.now()
await project.run(asking)
reportSeconds(started)
await project.dispose()
console.log(`calls=${calls}`)
reportPeak()
