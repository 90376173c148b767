import { chatPrompt, pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'

// Reads the reviews of a shop, cleans them, asks the model for the mood of each, and upserts it by the number of the review.
export default pipeline('moods')
  .read('reviews', { columns: { id: 'integer', text: 'string' } })
  .map((row) => ({ ...row, text: String(row.text).replaceAll(/\s+/g, ' ').trim() }), {
    columns: { reads: ['text'], adds: { text: 'string' } },
  })
  .step('table.filter', { where: 'length(text) >= 10' })
  .step('ai.generate', {
    prompt: chatPrompt([
      { role: 'system', content: 'You say whether a review is happy or unhappy.' },
      { role: 'user', content: 'Best bread in town, friendly people.' },
      { role: 'assistant', content: '{"mood":"happy"}' },
      { role: 'user', content: 'Cold food and a long wait.' },
      { role: 'assistant', content: '{"mood":"unhappy"}' },
      { role: 'user', content: '{{text}}' },
    ]),
    schema: z.object({ mood: z.enum(['happy', 'unhappy']) }),
    maxTokens: 16,
  })
  .write('moods', { mode: 'upsert', key: 'id' })
