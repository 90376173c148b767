import { pipeline } from '@maestro-dataflow/core'

// A PDF, a Word document, a page, a document in Chinese, and this project's documentation, in one knowledge base. A second
// run embeds only what has changed.
export default pipeline('index')
  .read('ai.load-documents', { path: ['documents', '../../docs/*.md'] })
  .step('ai.chunk', { input: 'text', method: 'markdown', size: 800, pages: 'page_starts' })
  .step('ai.index', { store: 'kb', metadata: ['title', 'format', 'text_page'] })
  .map((row) => ({ document: row.document, chunk: row.text_index, outcome: row.index_outcome }))
  .write('fs.file', { path: 'out/indexed.csv', mode: 'overwrite' })
