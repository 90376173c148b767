import { z } from 'zod'

const vector = z.array(z.number())

/** A vector for each token, as a server gives them that does not pool. */
const tokenVectors = z.array(vector).transform((vectors) => ({ tokens: vectors.length }))

/** What is read of an answer with vectors: numbers, or their bytes in base64. */
export const embeddingList = z.object({
  model: z.unknown().optional(),
  data: z.array(
    z.object({
      index: z.number().nullish(),
      embedding: z.union([vector, z.tuple([vector]).transform(([only]) => only), z.string(), tokenVectors]),
    }),
  ),
  usage: z.unknown().optional(),
})

export type EmbeddingList = z.infer<typeof embeddingList>
