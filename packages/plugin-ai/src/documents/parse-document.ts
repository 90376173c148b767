import { aiError } from '../errors.js'
import { decodeDocument } from './decode-document.js'
import type { DocumentFormat } from './document-format.js'
import { htmlEncoding, htmlTitle, htmlToMarkdown } from './html-to-markdown.js'
import type { LoadedDocument } from './loaded-document.js'
import { headingOf } from './markdown-heading.js'
import { readDocx } from './read-docx.js'
import { readPdf } from './read-pdf.js'

/** The options for parsing the bytes of a document. */
export interface Parsing {
  readonly name: string
  readonly encoding: string | undefined
  readonly maxInflatedSize: number
}

/**
 * Converts a document to Markdown in this thread, without limits on time and memory.
 *
 * @throws MAESTRO_AI_DOCUMENT_*
 */
export async function parseDocument(
  format: DocumentFormat,
  bytes: Uint8Array,
  parsing: Parsing,
): Promise<LoadedDocument> {
  const loaded = await parsers[format](bytes, parsing)
  return loaded.title === undefined ? withFirstHeading(loaded) : loaded
}

const parsers: Readonly<Record<DocumentFormat, (bytes: Uint8Array, parsing: Parsing) => Promise<LoadedDocument>>> = {
  pdf: readPdf,
  docx: readDocx,
  text: (bytes, parsing) => readText('text', bytes, parsing),
  markdown: (bytes, parsing) => readText('markdown', bytes, parsing),
  async html(bytes, { name, encoding }) {
    const html = await decodeDocument(bytes, { name, encoding: encoding ?? htmlEncoding(bytes) })
    const text = withText(await htmlToMarkdown(html), name)
    const title = htmlTitle(html)
    return { format: 'html', pages: [text], ...(title === undefined ? {} : { title }) }
  },
}

async function readText(
  format: 'text' | 'markdown',
  bytes: Uint8Array,
  { name, encoding }: Parsing,
): Promise<LoadedDocument> {
  const text = await decodeDocument(bytes, { name, encoding })
  return { format, pages: [withText(text.replaceAll('\r\n', '\n'), name)] }
}

/** @throws MAESTRO_AI_DOCUMENT_NO_TEXT */
function withText(text: string, name: string): string {
  if (text.trim() === '') throw aiError('MAESTRO_AI_DOCUMENT_NO_TEXT', { document: name })
  return text
}

function withFirstHeading(loaded: LoadedDocument): LoadedDocument {
  if (loaded.format === 'text') return loaded
  for (const page of loaded.pages)
    for (const [line] of page.matchAll(/^#[^\n]*$/gm)) {
      const title = headingOf(line)?.title ?? ''
      if (title !== '') return { ...loaded, title }
    }
  return loaded
}
