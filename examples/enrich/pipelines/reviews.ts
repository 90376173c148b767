import { pipeline } from '@maestro-dataflow/core'

// Reviews from a CSV file, each with a label of a closed set, a score by a rubric, and the subject that it is nearest to.
export default pipeline('reviews')
  .read('fs.file', { path: 'data/reviews.csv', columns: ['id', 'review'], key: 'id' })
  .step('ai.classify', {
    input: 'review',
    labels: ['good', 'bad'],
    examples: [
      { input: 'I am very happy with it.', output: 'good' },
      { input: 'It never worked. I am angry.', output: 'bad' },
      { input: 'A lovely place, we will come back.', output: 'good' },
      { input: 'The food was bad and late.', output: 'bad' },
    ],
    output: 'tone',
    temperature: 0,
    maxTokens: 16,
  })
  .step('ai.score', {
    input: 'review',
    criterion: 'How happy is the customer?',
    examples: [
      { input: 'I am very happy with it.', output: 5 },
      { input: 'It never worked. I am angry.', output: 1 },
      { input: 'A lovely place, we will come back.', output: 5 },
      { input: 'The food was bad and late.', output: 1 },
    ],
    reason: false,
    output: 'satisfaction',
    temperature: 0,
    maxTokens: 16,
  })
  .step('ai.embed', { input: 'review' })
  .step('ai.match', {
    input: 'embedding',
    references: ['a phone or its battery', 'food and drinks', 'a parcel and its delivery'],
    threshold: 0.2,
    output: 'subject',
  })
  .map(({ embedding: _, subject_score: __, subject_outcome: ___, ...row }) => row, {
    columns: { drops: ['embedding', 'subject_score', 'subject_outcome'] },
  })
  .write('fs.file', { path: 'out/reviews.csv' })
