import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'

const whole = z.number().int().positive()

/** The options of `chroma.vectors`. */
export const chromaVectorOptions = z.strictObject({
  /** The address of the server. @default 'http://127.0.0.1:8000' */
  url: z
    .url({ protocol: /^https?$/, error: 'an address is expected, such as http://127.0.0.1:8000' })
    .default('http://127.0.0.1:8000'),
  /** The collection, which is created if it does not exist. 3 to 512 of `a-z`, `A-Z`, `0-9`, `.`, `_`, `-`. */
  collection: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]$/,
      'a name has 3 to 512 letters, digits, dots, underscores, and hyphens, with a letter or digit at both ends',
    ),
  /** @default 'default_tenant' */
  tenant: z.string().min(1).default('default_tenant'),
  /** @default 'default_database' */
  database: z.string().min(1).default('default_database'),
  /** The similarity of two vectors. It cannot change later. @default 'cosine' */
  metric: z.enum(['cosine', 'dot', 'l2']).default('cosine'),
  /** Chroma's only index. @default 'hnsw' */
  index: z.literal('hnsw').default('hnsw'),
  /** The length of each vector. @default the length of the first vectors */
  dimensions: whole.optional(),
  /**
   * For a new collection: the number of candidates that a search examines. More candidates find more matches and take
   * longer. @default the server's default, 100
   */
  candidates: whole.optional(),
  /**
   * For a new collection: the number of neighbors that each vector is linked with. @default the server's default, 16
   */
  neighbours: whole.optional(),
  /** Sent with each request as `x-chroma-token`; take it from `env()`. */
  token: z.string().min(1).optional(),
  /** Further headers. */
  headers: z.record(z.string(), z.string()).default({}),
  /** The time-out of one request. @default '1m' */
  timeout: duration().default(60_000),
  /** How often a request that the server did not answer is repeated. @default 5 */
  retries: z.number().int().nonnegative().default(5),
})

/** The options of the vector store in Chroma. */
export type ChromaVectorOptions = z.input<typeof chromaVectorOptions>
export type ResolvedChromaOptions = z.output<typeof chromaVectorOptions>
