import { z } from 'zod'

/** The options of `acme.vectors`. */
export const vectorsOptions = z.strictObject({
  /** The file, relative to the config. */
  path: z.string(),
  /** How similarity is measured. @default 'cosine' */
  metric: z.enum(['cosine', 'dot', 'l2']).default('cosine'),
})

/** The options as they are written in a config. */
export type VectorsOptions = z.input<typeof vectorsOptions>
