import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'

const whole = z.number().int().positive()

/** Options of `chroma.vectors`. */
export const chromaVectorOptions = z.strictObject({
  /** Where the server is. @default 'http://127.0.0.1:8000' */
  url: z
    .url({ protocol: /^https?$/, error: 'an address is expected, such as http://127.0.0.1:8000' })
    .default('http://127.0.0.1:8000'),
  /** The collection; it is made when it is not there. 3 to 512 of `a-z`, `A-Z`, `0-9`, `.`, `_`, `-`. */
  collection: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]$/,
      'a name is 3 to 512 letters, digits, dots, lines and hyphens, with a letter or digit at both ends',
    ),
  /** @default 'default_tenant' */
  tenant: z.string().min(1).default('default_tenant'),
  /** @default 'default_database' */
  database: z.string().min(1).default('default_database'),
  /** How near two vectors are. It cannot change later. @default 'cosine' */
  metric: z.enum(['cosine', 'dot', 'l2']).default('cosine'),
  /** Chroma's one index. @default 'hnsw' */
  index: z.literal('hnsw').default('hnsw'),
  /** Numbers in each vector. @default as the first vectors have */
  dimensions: whole.optional(),
  /** Of a new collection: the candidates that a search looks at. More find more and take longer. @default the server's, 100 */
  candidates: whole.optional(),
  /** Of a new collection: how many neighbours each vector is linked with. @default the server's, 16 */
  neighbours: whole.optional(),
  /** Goes with each request as `x-chroma-token`; take it from `env()`. */
  token: z.string().min(1).optional(),
  /** More headers. */
  headers: z.record(z.string(), z.string()).default({}),
  /** How long one request may take. @default '1m' */
  timeout: duration().default(60_000),
  /** How often a request is sent again that the server did not answer. @default 5 */
  retries: z.number().int().nonnegative().default(5),
})

export type ChromaVectorOptions = z.input<typeof chromaVectorOptions>
export type ResolvedChromaOptions = z.output<typeof chromaVectorOptions>
