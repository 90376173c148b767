import { pipeline } from '@maestro-dataflow/core'

export default pipeline('loud')
  .read('fs.file', { path: 'data/reviews.csv', columns: ['id', 'text'], key: 'id' })
  .step('shout.upper', { input: 'text', output: 'loud', marks: 3 })
  .write('fs.file', { path: 'out/loud.jsonl', mode: 'overwrite' })
