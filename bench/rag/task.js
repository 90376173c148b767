import { availableParallelism } from 'node:os'
import { knowledge } from './passages.js'

export const { passages, questions } = knowledge(2000, 300)
export const serving = {
  use: 'local.embeddings',
  model: 'all-MiniLM-L6-v2',
  maxTokens: 256,
  threads: availableParallelism(),
}
