import {
  defineSource,
  defineStorage,
  fieldsOf,
  MaestroError,
  type OutputOf,
  type RowFunction,
  rowFunction,
  type SourceBatch,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { DocumentColumns } from './document-rows.js'
import { documentColumns, documentRows } from './document-rows.js'
import { type DocumentsFolder, findDocuments } from './find-documents.js'
import { DocumentOptions } from './load-documents.js'
import { readDocument } from './read-document.js'

const fields = fieldsOf(
  {
    /** The documents: files, globs, and folders, relative to the config file. */
    path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  },
  DocumentOptions,
)

type Options = OutputOf<typeof fields>

/** A row for each document, or for each of its pages. */
export interface DocumentsSourceRow extends RowFunction {
  readonly row: DocumentColumns<this['options']>
}

/**
 * `ai.load-documents` as a source: the documents of folders and globs. A document that cannot be read is rejected on
 * its own.
 */
export const documentsSource = defineStorage({
  name: 'ai.load-documents',
  description: 'Documents of folders and globs as Markdown: text, Markdown, HTML, PDF, DOCX',
  source: defineSource({
    options: fields,
    row: rowFunction<DocumentsSourceRow>(),
    columns: ({ rows }) => ({ columns: documentColumns(rows), open: false }),
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
  }),
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
