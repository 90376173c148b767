import { availableParallelism } from 'node:os'
import { sized } from '../measure.js'
import { knowledge } from './passages.js'

export const { passages, questions } = knowledge(sized(2000, 60), sized(300, 20))
export const serving = {
  use: 'local.embeddings',
  model: 'all-MiniLM-L6-v2',
  contextTokens: 256,
  threads: availableParallelism(),
}
