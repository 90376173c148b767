import {
  byteSize,
  type ColumnEffects,
  defineOperator,
  duration,
  FlatMapOperator,
  MEDIA_ACCESS,
  type MediaAccess,
  type OperatorContext,
  type Row,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { aiError } from '../errors.js'
import { type DocumentRows, documentColumns, documentRows } from './document-rows.js'
import { type ReadDocumentOptions, readDocument } from './read-document.js'

/** How documents are read, as options of the operator and of the source. */
export const documentOptions = {
  rows: z.enum(['document', 'page']).default('document'),
  format: z.enum(['text', 'markdown', 'html', 'pdf', 'docx']).optional(),
  encoding: z.string().refine(isEncoding, 'an encoding is expected, such as gb18030 or utf-16le').optional(),
  maxBytes: z.number().int().positive().optional(),
  maxInflatedBytes: z.number().int().positive().optional(),
  timeout: duration().optional(),
  maxMemory: byteSize().optional(),
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

/** What a `DocumentLoader` loads, and how. */
export interface DocumentLoaderOptions extends ReadDocumentOptions {
  /** The column with a path, an address, or the bytes of a document. */
  readonly input: string
  /** The column with the name of a document that comes as bytes. @default the row's id */
  readonly name?: string | undefined
  /** @default 'document' */
  readonly rows?: DocumentRows | undefined
  /** From where documents may be read. @default the working directory, and public addresses */
  readonly access?: MediaAccess | undefined
}

/**
 * Makes Markdown of documents: a row for each, or for each page.
 *
 * @example
 * await new DocumentLoader({ input: 'path' }).run(storage)
 */
export class DocumentLoader extends FlatMapOperator {
  readonly #options: DocumentLoaderOptions

  constructor(options: DocumentLoaderOptions) {
    super()
    this.#options = options
  }

  override get columns(): ColumnEffects {
    const { input, name, rows = 'document' } = this.#options
    return { reads: name === undefined ? [input] : [input, name], adds: documentColumns(rows) }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_DOCUMENT_*, MAESTRO_MEDIA_* */
  async flatMap(row: Row, { rowId, signal }: OperatorContext): Promise<readonly Row[]> {
    const { input, name: nameColumn, rows = 'document', access = {} } = this.#options
    const given = row[input]
    const isReference = typeof given === 'string' || given instanceof URL
    if (given === null || given === undefined || (isReference && String(given).trim() === ''))
      throw aiError('MAESTRO_AI_EMPTY_INPUT', { column: input })
    if (!isReference && !(given instanceof Uint8Array))
      throw aiError('MAESTRO_AI_DOCUMENT_REFERENCE', { column: input, found: typeof given })
    const named = nameColumn === undefined ? undefined : row[nameColumn]
    const document = typeof named === 'string' && named !== '' ? named : isReference ? String(given) : rowId
    const loaded = await readDocument(given, document, this.#options, { ...access, signal })
    return documentRows(document, loaded, rows).map((part) => ({ ...row, ...part }))
  }
}

/** `ai.load-documents`: documents as Markdown. */
export const loadDocuments = defineOperator({
  name: 'ai.load-documents',
  kind: 'flatMap',
  description: 'Makes Markdown of documents: text, Markdown, HTML, PDF, DOCX',
  options: z.strictObject({ input: nameOption, name: nameOption.optional(), ...documentOptions }),
  columns: ({ input, name, rows }) => ({
    reads: name === undefined ? [input] : [input, name],
    adds: documentColumns(rows),
  }),
  deterministic: false,
  inject: [MEDIA_ACCESS],
  create: (options, [access]) => new DocumentLoader({ ...options, access }),
})
