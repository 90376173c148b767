import type { DocumentFormat } from './document-format.js'

/** A document as Markdown. */
export interface LoadedDocument {
  readonly format: DocumentFormat
  /** What the document says of itself, or its first heading. */
  readonly title?: string
  /** One text for each page; one for all where there are no pages. */
  readonly pages: readonly string[]
}
