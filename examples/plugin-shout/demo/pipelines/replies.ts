import { pipeline } from '@maestro-dataflow/core'

// The prompt class of the plugin, picked by its name; a tiny model replies, often oddly.
export default pipeline('replies')
  .read('fs.file', { path: 'data/reviews.csv', columns: ['id', 'text'], key: 'id' })
  .step('ai.generate', { prompt: { use: 'shout.prompt', tone: 'angry' }, output: 'reply', maxTokens: 80 })
  .step('shout.upper', { input: 'reply', output: 'reply' })
  .write('fs.file', { path: 'out/replies.jsonl', mode: 'overwrite' })
