import { z } from 'zod'

const vector = z.array(z.number())

/** A vector for each token, from a server without pooling. */
const tokenVectors = z.array(vector).transform((vectors) => ({ tokens: vectors.length }))

/** The parts of an answer with vectors that are read: numbers, or their bytes in base64. */
export const embeddingList = z.object({
  model: z.unknown().optional(),
  data: z.array(
    z.object({
      // Some servers write numbers as texts.
      index: z
        .union([
          z.number(),
          z
            .string()
            .regex(/^\d{1,9}$/)
            .transform(Number),
        ])
        .nullish(),
      embedding: z.union([vector, z.tuple([vector]).transform(([only]) => only), z.string(), tokenVectors]),
    }),
  ),
  usage: z.unknown().optional(),
})

export type EmbeddingList = z.infer<typeof embeddingList>
