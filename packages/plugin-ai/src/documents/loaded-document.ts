import type { DocumentFormat } from './document-format.js'

/** A document as Markdown. */
export interface LoadedDocument {
  readonly format: DocumentFormat
  /** The title in the document's metadata, or its first heading. */
  readonly title?: string
  /** The text of each page; a single text for a document without pages. */
  readonly pages: readonly string[]
}
