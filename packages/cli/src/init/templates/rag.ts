/** `pipelines/index.ts`: the documents become passages of the vector store. */
export const indexPipeline = `import { pipeline } from '@maestro-dataflow/core'

// Run it again whenever documents change: only the changed ones are embedded again.
export default pipeline('index')
  .read('ai.load-documents', { path: 'handbook' })
  .step('ai.chunk', { input: 'text', method: 'markdown', size: 800 })
  .step('ai.index', { store: 'kb', metadata: ['title'] })
  .write('fs.file', { path: 'out/passages.jsonl', mode: 'overwrite' })
`

/** `pipelines/answers.ts`: questions are answered from the passages. */
export const answersPipeline = `import { pipeline } from '@maestro-dataflow/core'

// Each question is answered from the two passages that fit it best, and the row says which ones support the answer.
export default pipeline('answers')
  .read('fs.file', { path: 'data/questions.csv', columns: { query: 'string' } })
  .step('ai.rag', { store: 'kb', passages: 2, temperature: 0, maxTokens: 120 })
  .write('fs.file', { path: 'out/answers.jsonl', mode: 'overwrite' })
`

/** The documents of `handbook/`. */
export const handbook: readonly [path: string, text: string][] = [
  [
    'handbook/opening.md',
    `# Opening hours

The museum opens at nine and closes at five. On Mondays it is closed.

# Fares

Adults pay 120 kronor. Children under seven are free.
`,
  ],
  [
    'handbook/collection.md',
    `# Ships

The oldest ship of the collection is a Viking boat of oak, found in 1903.
`,
  ],
]

/** `data/questions.csv` */
export const questions = `query
When does the museum open?
What do adults pay?
Which ship is the oldest?
`
