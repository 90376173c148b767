import { pipeline } from '@maestro-dataflow/core'

// Reads questions, retrieves passages for each, and answers from them with the passages that support the answer.
export default pipeline('ask')
  .read('fs.file', { path: 'data/questions.jsonl', columns: { query: 'string' } })
  .step('ai.retrieve', { store: 'kb', method: 'hybrid', passages: 1 })
  .step('ai.rag', {
    retrieved: 'passages',
    passageTokens: 400,
    examples: [
      {
        input: { passages: '[{"number":1,"text":"The cat is grey."}]', question: 'What colour is the cat?' },
        output: { answer: 'The cat is grey.', citations: [1], found: true },
      },
      {
        input: { passages: '[{"number":1,"text":"The shop opens at ten."}]', question: 'When does the shop open?' },
        output: { answer: 'It opens at ten.', citations: [1], found: true },
      },
    ],
    temperature: 0,
    maxTokens: 120,
  })
  .map(({ query, passages, answer, answer_citations, answer_outcome }) => ({
    query,
    answer,
    outcome: answer_outcome,
    cited: answer_citations,
    found: passages.map(({ document }) => document),
  }))
  .write('fs.file', { path: 'out/answers.jsonl', mode: 'overwrite' })
