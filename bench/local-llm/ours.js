import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import local from '@maestro-dataflow/plugin-local'
import { maxTokens, questions, report, sequences } from './task.js'

const project = maestro({
  plugins: [ai, local],
  servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct', sequences, cache: false } },
  logLevel: 'silent',
})
const answers = (given) =>
  pipeline('letters')
    .from(given.map((question) => ({ question })))
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer', maxTokens, onCutOff: 'keep' })
const run = (given) => project.runTo(answers(given), { write: () => undefined })
await run(['Hello'])
const started = performance.now()
const { usage } = await run(questions)
report(usage.outputTokens, started)
await project.dispose()
