import { pipeline, prompt } from '@maestro-dataflow/core'

// Combines a loader, a splitter, and a chat model of LangChain in a pipeline.
export default pipeline('topics')
  .read('langchain.load', {
    from: '@langchain/classic/document_loaders/fs/text',
    export: 'TextLoader',
    arguments: ['data/drinks.md'],
  })
  .step('langchain.split', {
    input: 'text',
    lines: 'lines',
    export: 'MarkdownTextSplitter',
    options: { chunkSize: 120, chunkOverlap: 0 },
  })
  .filter((row) => !row.text.startsWith('#'))
  .step('ai.generate', { prompt: prompt('Topic of: {{text}}'), output: 'topic' })
  .map(({ lines, topic, text }) => ({ line: lines?.from, topic, text }))
  .write('fs.file', { path: 'out/topics.jsonl' })
