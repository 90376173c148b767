import { column, columns, newColumn, servingOption, vectorStoreOption } from '@maestro-dataflow/core'
import { z } from 'zod'

const share = 'a whole number is expected, or a share such as "20%"'

/** The options of `ai.index`. */
export class IndexOptions {
  /** The name of the vector store in the config. */
  store = vectorStoreOption()
  /** The column of the text of a chunk. @default 'text' */
  input = column().default('text')
  /** The column of the document that a chunk belongs to. @default 'document' */
  document = column().default('document')
  /** Columns whose values are stored with the text, for filters and citations. @default none */
  metadata = columns().default([])
  /** The name of the embedding model in the config. @default 'embedder' */
  embedder = servingOption().default('embedder')
  /** A prefix of each text when it is embedded, for models that distinguish queries and passages: `'passage: '`. */
  prefix = z.string().optional()
  /**
   * The name of the set of documents that this step indexes. Several sets can share a store: a step deletes only
   * documents of its own set.
   *
   * @default the name of the pipeline with the path, table, or query of its source
   */
  origin = z.string().min(1).optional()
  /**
   * What happens to documents of this origin that are in the store but not among the rows. They are deleted, except with
   * `--limit`, if there was no document at all, and if they were rejected, for example because they cannot be read.
   *
   * @default 'delete'
   */
  missing = z.enum(['delete', 'keep']).default('delete')
  /**
   * The number of missing documents, or their share of the documents of this origin, that may be deleted in one run. If
   * more are missing, none is deleted, and a warning says so. A single missing document is always deleted.
   *
   * @default '20%'
   */
  maxDeleted = z.union([z.number().int().nonnegative(), z.string().regex(/^\d+(\.\d+)?%$/, share)]).default('20%')
  /** The number of chunks that are embedded and written at once. @default 512 */
  batchSize = z.number().int().positive().optional()
  /** The column of the outcome for the chunk's document: `added`, `replaced`, or `unchanged`. @default 'index_outcome' */
  output = newColumn('index_outcome')
}
