import { column, objectOption, servingOption } from '@maestro-dataflow/core'
import { z } from 'zod'

const count = z.number().int().positive()

class DiversityOptions {
  /** The weight of relevance against diversity, 0 to 1. @default 0.5 */
  lambda = z.number().min(0).max(1).optional()
  /** The number of passages to choose from. @default four for each requested passage */
  candidates = count.optional()
}

class RerankOptions {
  /** The name of the model in the config. */
  serving = servingOption()
  /** `rerank` asks a rerank model; `llm` asks a language model, with one call per candidate. @default 'rerank' */
  method = z.enum(['rerank', 'llm']).default('rerank')
  /** The number of passages to score. @default four for each requested passage */
  candidates = count.optional()
}

/** The options of operators that search for passages. */
export class RetrievalOptions {
  /**
   * `vector` searches by the similarity of vectors; `keyword` searches by words, ranked by BM25; `hybrid` fuses the
   * ranks of both. For words, all texts of the store are read into memory once.
   *
   * @default 'vector'
   */
  method = z.enum(['vector', 'keyword', 'hybrid']).default('vector')
  /** The number of passages for each query. @default 5 */
  passages = count.default(5)
  /** The metadata that passages must have: `{ language: 'en' }`. */
  filter = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({})
  /** The same with values from the row: the names of metadata, and the columns that hold the values. */
  filterBy = z.record(z.string(), column()).default({})
  /** The lowest similarity score of a passage that is found by its vector. @default none */
  threshold = z.number().optional()
  /** A prefix of each query when it is embedded, for models that distinguish queries and passages. */
  prefix = z.string().optional()
  /** The constant of reciprocal rank fusion. A larger one gives the first ranks less weight. @default 60 */
  fusion = z.number().positive().optional()
  /**
   * Chooses passages that differ from each other, by maximal marginal relevance: `{ lambda, candidates }`. The
   * candidates are embedded.
   */
  mmr = objectOption(DiversityOptions).optional()
  /** Scores candidates again with another model: `{ serving, method, candidates }`. */
  rerank = objectOption(RerankOptions).optional()
  /** The name of the embedding model in the config. @default 'embedder' */
  embedder = servingOption().default('embedder')
  /** The maximum length of a query, in characters. Rows with longer ones are rejected. @default 10000 */
  maxQueryLength = count.default(10_000)
}
