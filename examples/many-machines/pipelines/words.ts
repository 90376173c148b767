import { setTimeout as sleep } from 'node:timers/promises'
import { pipeline } from '@maestro-dataflow/core'

// Counts the words of each line, slowly, and drops lines without any. It stands for work that takes a moment for each row,
// such as a question to a model.
export default pipeline('words')
  .read('fs.file', { path: 'data/lines.jsonl', key: 'id', columns: ['id', 'text'] })
  .map(
    async (row) => {
      await sleep(20)
      return { ...row, words: String(row.text).split(/\s+/).filter(Boolean).length, process: process.pid }
    },
    { columns: { reads: ['text'], adds: { words: 'integer', process: 'integer' } } },
  )
  .filter((row) => row.words > 0)
  .write('fs.file', { path: 'out/words.jsonl' })
