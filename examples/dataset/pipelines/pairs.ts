import { createHash } from 'node:crypto'
import { pipeline } from '@maestro-dataflow/core'

const example = (evidence: string, rest: string, question: string, answer: string) => ({
  input: `${evidence} ${rest}`,
  output: { pairs: [{ evidence, question, answer }] },
})

/** One in five is for validation; the same question always falls on the same side. */
const isValidation = (question: string) => (createHash('sha256').update(question).digest()[0] ?? 0) % 5 === 0

// Turns documents into a dataset for fine-tuning chat models: questions with answers that the text supports, scored by a judge,
// without questions of the same meaning, in two files.
export default pipeline('pairs')
  .read('ai.load-documents', { path: 'documents' })
  .step('ai.chunk', { input: 'text', method: 'sentence', size: 160 })
  .step('ai.qa-pairs', {
    input: 'text',
    pairs: 1,
    examples: [
      example(
        'The tower is ninety metres high.',
        'It stands in the old town.',
        'How high is the tower?',
        'It is ninety metres high.',
      ),
      example(
        'Tea was brought to Europe in 1610.',
        'It came by ship.',
        'When was tea brought to Europe?',
        'It was brought to Europe in 1610.',
      ),
      example(
        'Cats sleep for fifteen hours a day.',
        'Old cats sleep longer.',
        'How long do cats sleep?',
        'They sleep for fifteen hours a day.',
      ),
    ],
    temperature: 0,
    maxTokens: 120,
  })
  .step('ai.score', {
    input: 'answer',
    criterion: 'Is it a whole sentence that says something certain?',
    examples: [
      { input: 'They sleep for fifteen hours a day.', output: 5 },
      { input: 'no', output: 1 },
      { input: 'It was brought to Europe in 1610.', output: 5 },
      { input: 'the the the of', output: 1 },
    ],
    reason: false,
    temperature: 0,
    maxTokens: 16,
  })
  // The scores of so small a model say little: all pass. With a larger one, raise it to 4.
  .step('ai.filter', { score: 'score', min: 1 })
  .step('ai.embed', { input: 'question' })
  .step('ai.dedupe-semantic', { input: 'embedding', threshold: 0.9, score: 'score' })
  .map(({ question, answer }) => ({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    validation: isValidation(question),
  }))
  .branch((rows) =>
    rows
      .filter((row) => row.validation)
      .map(({ messages }) => ({ messages }))
      .write('fs.file', { path: 'out/validation.jsonl' }),
  )
  .filter((row) => !row.validation)
  .map(({ messages }) => ({ messages }))
  .write('fs.file', { path: 'out/train.jsonl' })
