import {
  byteSize,
  type ColumnEffects,
  column,
  defineOperator,
  duration,
  FlatMapOperator,
  fieldsOf,
  MEDIA_ACCESS,
  type MediaAccess,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  type Row,
  type RowFunction,
  rowFunction,
  type With,
  withDefault,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { aiError } from '../errors.js'
import { type DocumentColumns, documentColumns, documentRows } from './document-rows.js'
import { readDocument } from './read-document.js'

/** The options for reading documents, of both the operator and the source. */
export class DocumentOptions {
  /**
   * Whether a document becomes one row, or each of its pages. Rows get the columns `text` (as Markdown), `document`,
   * `title`, `format`, and `pages`; with `'page'` also `page`, from 1; otherwise also `page_starts`, the positions in
   * the text where pages begin.
   *
   * @default 'document'
   */
  rows = withDefault(z.enum(['document', 'page']), 'document')
  /** The format of all documents. @default detected in each */
  format = z.enum(['text', 'markdown', 'html', 'pdf', 'docx']).optional()
  /** The encoding of texts and HTML pages, by a label of `TextDecoder`. @default detected in each */
  encoding = z.string().refine(isEncoding, 'an encoding is expected, such as gb18030 or utf-16le').optional()
  /** The maximum size of a document: a number of bytes, or a text such as `'64MiB'`. @default '50MiB' */
  maxSize = byteSize().optional()
  /** The maximum size of everything that is unpacked from a document. @default '200MiB' */
  maxInflatedSize = byteSize().optional()
  /** The maximum time to parse a document: a number of milliseconds, or a text such as `'30s'`. @default '60s' */
  timeout = duration().optional()
  /** The maximum memory to parse a document. @default '1GiB' */
  maxMemory = byteSize().optional()
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

const fields = fieldsOf(
  {
    /** The column of the documents: paths of the project, addresses, or bytes. */
    input: column(),
    /** The column of the names of documents that are given as bytes. @default the row's id */
    name: column().optional(),
  },
  DocumentOptions,
)

const schema = optionsSchema(fields)

/** Options of `DocumentLoader`: those of `ai.load-documents`. */
export type DocumentLoaderOptions = Alone<
  typeof fields,
  {
    /** The places from which documents may be read. @default the working directory, and public addresses */
    readonly access?: MediaAccess | undefined
  }
>

/**
 * Converts documents to Markdown, with one row for each document or for each page.
 *
 * @example
 * await new DocumentLoader({ input: 'path' }).run(storage)
 */
export class DocumentLoader extends FlatMapOperator {
  readonly #options: OutputOf<typeof fields>
  readonly #access: MediaAccess

  /** @throws MAESTRO_AI_OPTIONS */
  constructor({ access = {}, ...given }: DocumentLoaderOptions) {
    super()
    this.#options = parseOptions('DocumentLoader', schema, given)
    this.#access = access
  }

  override get columns(): ColumnEffects {
    const { input, name, rows } = this.#options
    return { reads: name === undefined ? [input] : [input, name], adds: documentColumns(rows) }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_DOCUMENT_*, MAESTRO_MEDIA_* */
  async flatMap(row: Row, { rowId, signal }: OperatorContext): Promise<readonly Row[]> {
    const { input, name: nameColumn, rows } = this.#options
    const given = row[input]
    const isReference = typeof given === 'string' || given instanceof URL
    if (given === null || given === undefined || (isReference && String(given).trim() === ''))
      throw aiError('MAESTRO_AI_EMPTY_INPUT', { column: input })
    if (!isReference && !(given instanceof Uint8Array))
      throw aiError('MAESTRO_AI_DOCUMENT_REFERENCE', { column: input, found: typeof given })
    const named = nameColumn === undefined ? undefined : row[nameColumn]
    const document = typeof named === 'string' && named !== '' ? named : isReference ? String(given) : rowId
    const loaded = await readDocument(given, document, this.#options, { ...this.#access, signal })
    return documentRows(document, loaded, rows).map((part) => ({ ...row, ...part }))
  }
}

/** The row with the columns of its document. */
export interface DocumentsRow extends RowFunction {
  readonly row: With<this['before'], DocumentColumns<this['options']>>
}

/** `ai.load-documents`: converts documents to Markdown. */
export const loadDocuments = defineOperator({
  name: 'ai.load-documents',
  kind: 'flatMap',
  description: 'Converts documents to Markdown: text, Markdown, HTML, PDF, DOCX',
  options: fields,
  adds: ({ rows }) => documentColumns(rows),
  row: rowFunction<DocumentsRow>(),
  deterministic: false,
  inject: [MEDIA_ACCESS],
  create: (options, [access]) => new DocumentLoader({ ...options, access }),
})
