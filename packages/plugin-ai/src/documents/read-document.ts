import { filePart, type MediaAccess, readMedia } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import { type DocumentFormat, documentFormat, isCompoundFile } from './document-format.js'
import { parseWithin } from './document-parser.js'
import type { LoadedDocument } from './loaded-document.js'

/** The options for reading documents. */
export interface ReadDocumentOptions {
  /** The format of all documents. @default detected in each */
  readonly format?: DocumentFormat | undefined
  /** The encoding of texts and HTML pages: a label of `TextDecoder`. @default detected in each */
  readonly encoding?: string | undefined
  /** The maximum number of bytes of a document. @default 52428800 (50 MiB) */
  readonly maxSize?: number | undefined
  /** The maximum number of bytes that are unpacked from a document. @default 209715200 (200 MiB) */
  readonly maxInflatedSize?: number | undefined
  /** The maximum time to parse one document, in milliseconds. @default 60000 */
  readonly timeout?: number | undefined
  /** The maximum memory to parse one document, in bytes. @default 1073741824 (1 GiB) */
  readonly maxMemory?: number | undefined
}

const mebibyte = 1024 * 1024

/**
 * Reads a document and converts it to Markdown.
 *
 * @param data A path of the project, an address, or bytes. @param name The name of the document in messages.
 * @throws MAESTRO_MEDIA_* for what cannot be read, MAESTRO_AI_DOCUMENT_* for what cannot be understood
 */
export async function readDocument(
  data: string | URL | Uint8Array,
  name: string,
  options: ReadDocumentOptions,
  access: MediaAccess & { readonly signal?: AbortSignal | undefined },
): Promise<LoadedDocument> {
  const { maxSize = 50 * mebibyte, maxInflatedSize = 200 * mebibyte, encoding } = options
  const { timeout = 60_000, maxMemory = 1024 * mebibyte } = options
  const { data: bytes, mediaType } = await readMedia(filePart(data), { ...access, maxBytes: maxSize })
  if (isCompoundFile(bytes)) throw aiError('MAESTRO_AI_DOCUMENT_ENCRYPTED', { document: name })
  const format = options.format ?? documentFormat(bytes, { name, mediaType })
  if (format === undefined) throw aiError('MAESTRO_AI_DOCUMENT_FORMAT', { document: name })
  const parsing = { name, encoding, maxInflatedSize }
  return parseWithin(format, bytes, parsing, { timeout, maxMemory }, access.signal)
}
