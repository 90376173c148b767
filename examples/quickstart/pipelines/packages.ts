import { chatPrompt, pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'

// Descriptions of npm packages: drop the empty and the repeated ones, and let the model sort the rest by kind of work.
export default pipeline('packages')
  .read('fs.file', {
    path: 'data/packages.csv',
    schema: z.object({ name: z.string(), version: z.string(), license: z.string(), description: z.string() }),
    key: 'name',
  })
  .map((row) => ({ ...row, description: row.description.replaceAll(/\s+/g, ' ').trim() }), {
    columns: { reads: ['description'], adds: { description: 'string' } },
  })
  .step('table.filter', { where: 'length(description) >= 20' })
  .step('table.dedupe', { by: ['description'] })
  .step('ai.generate', {
    prompt: chatPrompt([
      { role: 'system', content: 'You sort software packages by what they work on.' },
      { role: 'user', content: 'Delete files and folders recursively' },
      { role: 'assistant', content: '{"topic":"files"}' },
      { role: 'user', content: 'Color text in the command line' },
      { role: 'assistant', content: '{"topic":"terminal"}' },
      { role: 'user', content: 'A simple HTTP request client' },
      { role: 'assistant', content: '{"topic":"network"}' },
      { role: 'user', content: 'Parse a JavaScript source file into a syntax tree' },
      { role: 'assistant', content: '{"topic":"language"}' },
      { role: 'user', content: '{{description}}' },
    ]),
    schema: z.object({ topic: z.enum(['files', 'terminal', 'network', 'language', 'text', 'data']) }),
    maxTokens: 24,
  })
  .write('fs.file', { path: 'out/packages.jsonl', mode: 'overwrite' })
