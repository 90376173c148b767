import { prompt } from '@maestro-dataflow/core'
import { questionOf, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { describeOperator } from '@maestro-dataflow/testkit/vitest'
import { chunk } from './documents/chunk.js'
import { redact } from './redaction/redact.js'
import { generate } from './text/generate.js'
import { embed } from './vectors/embed.js'

const rows = [{ text: 'The soup was cold.' }, { text: 'Best coffee in town.' }, { text: '茶很好喝。' }]
/** Answers follow from the question alone, so that results can be compared. */
const answer = scriptedServing((request) => `answer to ${questionOf(request).length} letters`, {
  capabilities: { jsonSchema: false },
})
const project = { servings: { default: answer, embedder: scriptedEmbeddings() } }
const settings = { rows, project, examples: 3, patience: 60_000 }

describeOperator(generate, { ...settings, options: { prompt: prompt('Say: {{text}}'), output: 'reply' } })
describeOperator(embed, { ...settings, options: { input: 'text', output: 'vector' } })
describeOperator(chunk, { ...settings, options: { input: 'text', output: 'part', size: 100 } })

describeOperator(redact, {
  ...settings,
  rows: [{ text: 'Write to ada@example.com.' }, { text: 'No secret here.' }, { text: '电话 010-5555-0100' }],
  options: { input: 'text', output: 'clean', method: 'rules' },
})
