import { z } from 'zod'

/** What is read of an answer with vectors: numbers, or their bytes in base64. */
export const embeddingList = z.object({
  model: z.string().nullish(),
  data: z.array(z.object({ index: z.number().nullish(), embedding: z.union([z.array(z.number()), z.string()]) })),
  usage: z.object({ prompt_tokens: z.number().nonnegative().nullish() }).nullish(),
})

export type EmbeddingList = z.infer<typeof embeddingList>
