import type { Column, ServingName, VectorStoreName, With } from '@maestro-dataflow/core'
import type { OutputNameOf } from '../asking/component-types.js'
import type { DocumentColumns, DocumentRows } from './document-rows.js'
import type { IndexOutcome } from './index-documents.js'
import type { ChunkUnit } from './measure.js'
import type { ReadDocumentOptions } from './read-document.js'
import type { ChunkMethod } from './split-text.js'

/** Options of `ai.chunk`. */
export interface ChunkOptions<Row> {
  /** The column with the text. */
  readonly input: Column<Row>
  /**
   * Where it is cut. `fixed`: at the size, whatever stands there; `sentence`, `paragraph`: at the last end of one that
   * fits; `recursive`: of a paragraph, else of a line, else of a sentence; `markdown`: the same, under one heading each.
   * Where none fits it is cut between words, or else characters.
   *
   * @default 'recursive'
   */
  readonly method?: ChunkMethod
  /** What a chunk has at most. @default 1000 */
  readonly size?: number
  /** What a chunk repeats of the one before at most; less than `size`. @default 0 */
  readonly overlap?: number
  /** Characters as JavaScript counts them, or tokens, estimated from the script. @default 'characters' */
  readonly unit?: ChunkUnit
  /** The column of the chunk; `<output>_index`, `_start` and `_end` stand beside it. @default the column of the text */
  readonly output?: string
  /** The column that says where in the text each page begins, as `ai.load-documents` adds it: `<output>_page` gets the page. */
  readonly pages?: Column<Row>
}

type ChunkColumn<Options> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Options extends { readonly input: infer Name extends string }
    ? Name
    : never

type Chunked<Name extends string, Options> = Record<Name, string> &
  Record<`${Name}_${'index' | 'start' | 'end'}`, number> &
  (Options extends { readonly method: 'markdown' } ? Record<`${Name}_headings`, readonly string[]> : unknown) &
  (Options extends { readonly pages: string } ? Record<`${Name}_page`, number> : unknown)

/** How documents are read. */
export interface LoadDocumentsSettings extends ReadDocumentOptions {
  /**
   * A row for each document, or for each of its pages. Rows get the columns `text` (Markdown), `document`, `title`,
   * `format` and `pages`; with `'page'` also `page`, from 1, and else `page_starts`: where in the text each page begins.
   *
   * @default 'document'
   */
  readonly rows?: DocumentRows
}

/** Options of `ai.load-documents`. */
export interface LoadDocumentsOptions<Row> extends LoadDocumentsSettings {
  /** The column with a path of the project, an address, or the bytes of a document. */
  readonly input: Column<Row>
  /** The column with the name of a document that comes as bytes. @default the row's id */
  readonly name?: Column<Row>
}

/** Options of `ai.index`. */
export interface IndexOptions<Row> {
  /** The vector store's name in the config. */
  readonly store: VectorStoreName
  /** The column with the text of a chunk. @default 'text' */
  readonly input?: Column<Row>
  /** The column that says which document a chunk is of. @default 'document' */
  readonly document?: Column<Row>
  /** Columns whose values are kept beside the text, to filter by and to cite. @default none */
  readonly metadata?: readonly Column<Row>[]
  /** The embedding model's name in the config. @default 'embedder' */
  readonly embedder?: ServingName
  /** Goes before each text when it is embedded, for models that tell passages and queries apart. */
  readonly prefix?: string
  /**
   * What happens to documents of the store that do not come. They are deleted only when all rows have come: not after
   * `--limit`, nor when rows were rejected, nor when no document came at all.
   *
   * @default 'delete'
   */
  readonly missing?: 'delete' | 'keep'
  /** Chunks that are embedded and written at once. @default 512 */
  readonly batchSize?: number
  /** The column that says whether the chunk's document was `added`, `replaced` or `unchanged`. @default 'index_outcome' */
  readonly output?: string
}

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.chunk': ChunkOptions<Row>
    'ai.index': IndexOptions<Row>
    'ai.load-documents': LoadDocumentsOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.chunk': With<Row, Chunked<ChunkColumn<Options>, Options>>
    'ai.index': With<Row, Record<OutputNameOf<Options, 'index_outcome'>, IndexOutcome>>
    'ai.load-documents': With<Row, DocumentColumns<Options>>
  }
}
