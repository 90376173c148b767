// Asks a model in this process, which answers at once, for each of many rows whose ids are keys.
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'

const [state = '', count = ''] = process.argv.slice(2)
let calls = 0
const serving = {
  kind: 'llm',
  name: 'instant',
  model: 'instant-1',
  price: { input: 0.15, output: 0.6 },
  capabilities: { jsonSchema: false, images: false, audio: false },
  async generate() {
    calls++
    return {
      text: 'yes',
      finishReason: 'stop',
      usage: { inputTokens: 20 + (calls % 9), outputTokens: 2 },
      model: 'instant-1',
    }
  },
}
const project = maestro({
  plugins: [fs, ai],
  servings: { default: serving },
  cache: false,
  stateDirectory: state,
  allowOutsidePaths: true,
  logLevel: 'silent',
})

function* rows() {
  for (let number = 0; number < Number(count); number++)
    yield { id: `user-${(number * 2_654_435_761) % 4_294_967_296}`, text: `text ${number}` }
}

await project.run(
  pipeline('asked')
    .from(rows, { key: 'id', columns: { id: 'string', text: 'string' } })
    .step('ai.generate', { prompt: 'Is this a text? {{text}}', output: 'answer' })
    .write('fs.file', { path: `${state}/out.jsonl`, mode: 'overwrite' }),
)
await project.dispose()
console.log(`calls=${calls}`)
