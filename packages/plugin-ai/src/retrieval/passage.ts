import type { VectorEntry, VectorMatch, VectorMetadata } from '@maestro-dataflow/core'

/** A chunk that a search returned for a query. */
export interface Passage {
  readonly id: string
  readonly text: string
  /** The score; higher is better. Scores are comparable only among the passages of one query. */
  readonly score: number
  /** The document of the chunk; null if the store does not know it. */
  readonly document: string | null
  readonly metadata: VectorMetadata
}

export function toPassage({ id, text = '', metadata = {} }: VectorEntry, score: number): Passage {
  const { document } = metadata
  return { id, text, score, document: typeof document === 'string' ? document : null, metadata }
}

export const passageOf = (match: VectorMatch): Passage => toPassage(match, match.score)
