import { defineStorage, MaestroError, type SourceBatch } from '@maestro-dataflow/core'
import { z } from 'zod'
import { documentColumns, documentRows } from './document-rows.js'
import { type DocumentsFolder, findDocuments } from './find-documents.js'
import { documentOptions } from './load-documents.js'
import { readDocument } from './read-document.js'

const options = z.strictObject({
  path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  ...documentOptions,
})

type Options = z.output<typeof options>

/** `ai.load-documents` as a source: the documents of folders and globs. One that cannot be read is rejected alone. */
export const documentsSource = defineStorage({
  name: 'ai.load-documents',
  description: 'Documents of folders and globs as Markdown: text, Markdown, HTML, PDF, DOCX',
  source: {
    options,
    columns: ({ rows }: Options) => ({ columns: documentColumns(rows), open: false }),
    async check(given, folder) {
      try {
        await findDocuments(given.path, folder)
        return []
      } catch (error) {
        if (MaestroError.is(error)) return [error]
        throw error
      }
    },
    async open(given, context) {
      const documents = await findDocuments(given.path, context)
      return { read: () => readAll(documents, given, { ...context }) }
    },
  },
})

async function* readAll(
  documents: readonly string[],
  options: Options,
  { directory, allowOutside, signal }: DocumentsFolder & { readonly signal: AbortSignal },
): AsyncIterable<SourceBatch> {
  for (const document of documents) {
    try {
      const loaded = await readDocument(document, document, options, { directory, allowOutside, signal })
      const rows = documentRows(document, loaded, options.rows)
      const ids = rows.map(({ page }) => (options.rows === 'page' ? `${document}#${page}` : document))
      yield { ids, rows }
    } catch (error) {
      if (signal.aborted || !MaestroError.is(error)) throw error
      yield { ids: [], rows: [], rejects: [{ id: document, row: { document }, error }] }
    }
  }
}
