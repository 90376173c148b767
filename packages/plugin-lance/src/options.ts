import { byteSize } from '@maestro-dataflow/core'
import { z } from 'zod'

const whole = z.number().int().positive()

/** Options of `lance.vectors`. */
export const lanceVectorOptions = z.strictObject({
  /** The folder of the store, relative to the config file. It is made when the first vectors come. */
  path: z.string().min(1),
  /** How near two vectors are. It cannot change later. @default 'cosine' */
  metric: z.enum(['cosine', 'dot', 'l2']).default('cosine'),
  /** `flat` is exact; `ivf` and `hnsw` are faster on many vectors and may miss some of the nearest. @default 'flat' */
  index: z.enum(['flat', 'ivf', 'hnsw']).default('flat'),
  /** Numbers in each vector. @default as the first vectors have */
  dimensions: whole.optional(),
  /** Vectors from which `ivf` and `hnsw` are built and used; with fewer, a search is exact. @default 10000 */
  indexFrom: whole.default(10_000),
  /** Of `ivf`: the parts that vectors are sorted into. @default the square root of how many there are, with 256 in each at least */
  partitions: whole.optional(),
  /** Of `ivf`: the parts that a search looks into. More find more and take longer. @default 8 */
  probes: whole.default(8),
  /** Of `hnsw`: the candidates that a search looks at. More find more and take longer. @default 64 */
  candidates: whole.default(64),
  /** The size of vectors that an exact search, or `ivf`, may keep in memory; more are read from the disk each time. @default '1GiB' */
  memory: byteSize().default(1024 ** 3),
})

export type LanceVectorOptions = z.input<typeof lanceVectorOptions>
export type ResolvedLanceOptions = z.output<typeof lanceVectorOptions>
