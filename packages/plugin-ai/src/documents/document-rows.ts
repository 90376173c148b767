import type { Columns, Row } from '@maestro-dataflow/core'
import type { DocumentFormat } from './document-format.js'
import type { LoadedDocument } from './loaded-document.js'

/** Whether a document is one row, or each of its pages is. */
export type DocumentRows = 'document' | 'page'

/** The columns of a document. */
export function documentColumns(rows: DocumentRows): Columns {
  return {
    text: 'string',
    document: 'string',
    title: 'string',
    format: 'string',
    pages: 'integer',
    ...(rows === 'page' ? { page: 'integer' as const } : { page_starts: 'json' as const }),
  }
}

const betweenPages = '\n\n'

/** The rows of a document. Pages without text are left out, and a document without pages is one row. */
export function documentRows(
  document: string,
  { format, title = null, pages }: LoadedOrNull,
  rows: DocumentRows,
): readonly Row[] {
  const facts = { document, title, format, pages: format === 'pdf' ? pages.length : null }
  if (rows === 'page') return pages.flatMap((text, index) => (text === '' ? [] : [{ text, ...facts, page: index + 1 }]))
  const starts: number[] = []
  let text = ''
  for (const [index, page] of pages.entries()) {
    if (index > 0) text += betweenPages
    starts.push(text.length)
    text += page
  }
  return [{ text, ...facts, page_starts: starts }]
}

type LoadedOrNull = Omit<LoadedDocument, 'title'> & { readonly title?: string | null }

/** The columns of a document. */
export type DocumentColumns<Options> = {
  readonly text: string
  readonly document: string
  readonly title: string | null
  readonly format: DocumentFormat
  readonly pages: number | null
} & (Options extends { readonly rows: 'page' }
  ? { readonly page: number }
  : { readonly page_starts: readonly number[] })
