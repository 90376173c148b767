import { byteSize } from '@maestro-dataflow/core'
import { z } from 'zod'

const whole = z.number().int().positive()

/** The options of `lance.vectors`. */
export const lanceVectorOptions = z.strictObject({
  /** The folder of the store, relative to the config file. It is created when the first vectors are added. */
  path: z.string().min(1),
  /** The similarity of two vectors. It cannot change later. @default 'cosine' */
  metric: z.enum(['cosine', 'dot', 'l2']).default('cosine'),
  /**
   * `flat` is exact; `ivf` and `hnsw` are faster for many vectors and may miss some of the most similar ones. @default
   * 'flat'
   */
  index: z.enum(['flat', 'ivf', 'hnsw']).default('flat'),
  /** The length of each vector. @default the length of the first vectors */
  dimensions: whole.optional(),
  /**
   * The number of vectors from which `ivf` and `hnsw` are built and used; with fewer, a search is exact. @default 10000
   */
  indexFrom: whole.default(10_000),
  /**
   * For `ivf`: the number of parts into which vectors are sorted. @default the square root of the number of vectors,
   * with at least 256 vectors in each part
   */
  partitions: whole.optional(),
  /** For `ivf`: the number of parts that a search examines. More parts find more matches and take longer. @default 8 */
  probes: whole.default(8),
  /**
   * For `hnsw`: the number of candidates that a search examines. More candidates find more matches and take longer.
   * @default 64
   */
  candidates: whole.default(64),
  /**
   * The maximum size of vectors that an exact search, or `ivf`, keeps in memory; a larger store is read from the disk
   * for each search. @default '1GiB'
   */
  memory: byteSize().default(1024 ** 3),
})

/** The options of the vector store in LanceDB. */
export type LanceVectorOptions = z.input<typeof lanceVectorOptions>
export type ResolvedLanceOptions = z.output<typeof lanceVectorOptions>
