import { pipeline, prompt } from '@maestro-dataflow/core'

// A synthetic dataset: seeded samplers generate customers, and a model writes a letter for each.
export default pipeline('customers')
  .read('synth.rows', {
    rows: 4,
    seed: 11,
    columns: {
      id: { id: 'sequence' },
      name: { fake: 'full-name' },
      product: { category: ['lamp', 'chair', 'kettle'] },
      mood: { category: { happy: 2, angry: 1 } },
    },
  })
  .step('ai.generate', {
    prompt: prompt('Write one sentence from a {{mood}} customer about a {{product}}.'),
    output: 'letter',
    shareAnswers: false,
    temperature: 0.7,
    seed: 3,
    maxTokens: 60,
    onCutOff: 'keep',
  })
  .write('fs.file', { path: 'out/customers.jsonl' })
