import { filePart, type MediaAccess, readMedia } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import { decodeDocument } from './decode-document.js'
import { type DocumentFormat, documentFormat, isCompoundFile } from './document-format.js'
import { htmlEncoding, htmlTitle, htmlToMarkdown } from './html-to-markdown.js'
import type { LoadedDocument } from './loaded-document.js'
import { readDocx } from './read-docx.js'
import { readPdf } from './read-pdf.js'

/** How documents are read. */
export interface ReadDocumentOptions {
  /** What all of them are. @default found in each */
  readonly format?: DocumentFormat | undefined
  /** Of texts and pages: a label of `TextDecoder`. @default found in each */
  readonly encoding?: string | undefined
  /** Bytes of one document at most. @default 52428800 (50 MiB) */
  readonly maxBytes?: number | undefined
  /** Bytes of one document at most when it is unpacked. @default 209715200 (200 MiB) */
  readonly maxInflatedBytes?: number | undefined
}

const mebibyte = 1024 * 1024

/**
 * Reads a document and makes Markdown of it.
 *
 * @param data A path of the project, an address, or bytes. @param name As messages call it.
 * @throws MAESTRO_MEDIA_* for what cannot be read, MAESTRO_AI_DOCUMENT_* for what cannot be understood
 */
export async function readDocument(
  data: string | URL | Uint8Array,
  name: string,
  options: ReadDocumentOptions,
  access: MediaAccess & { readonly signal?: AbortSignal | undefined },
): Promise<LoadedDocument> {
  const { maxBytes = 50 * mebibyte, maxInflatedBytes = 200 * mebibyte, encoding } = options
  const { data: bytes, mediaType } = await readMedia(filePart(data), { ...access, maxBytes })
  if (isCompoundFile(bytes)) throw aiError('MAESTRO_AI_DOCUMENT_ENCRYPTED', { document: name })
  const format = options.format ?? documentFormat(bytes, { name, mediaType })
  if (format === undefined) throw aiError('MAESTRO_AI_DOCUMENT_FORMAT', { document: name })
  const loaded = await read[format](bytes, { name, encoding, maxInflatedBytes, signal: access.signal })
  return loaded.title === undefined ? withFirstHeading(loaded) : loaded
}

interface Reading {
  readonly name: string
  readonly encoding: string | undefined
  readonly maxInflatedBytes: number
  readonly signal: AbortSignal | undefined
}

const read: Readonly<Record<DocumentFormat, (bytes: Uint8Array, reading: Reading) => Promise<LoadedDocument>>> = {
  pdf: (bytes, { name, signal }) => readPdf(bytes, name, signal),
  docx: readDocx,
  text: (bytes, reading) => readText('text', bytes, reading),
  markdown: (bytes, reading) => readText('markdown', bytes, reading),
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
  { name, encoding }: Reading,
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
  const title = /^#{1,6}\s+(\S.*?)\s*#*$/m.exec(loaded.pages.join('\n\n'))?.[1]
  return title === undefined ? loaded : { ...loaded, title }
}
