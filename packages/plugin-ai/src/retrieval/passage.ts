import type { VectorEntry, VectorMatch, VectorMetadata } from '@maestro-dataflow/core'

/** A chunk that was found for a query. */
export interface Passage {
  readonly id: string
  readonly text: string
  /** Higher is better; comparable among the passages of one query only. */
  readonly score: number
  /** The document that it is of; null where the store does not say. */
  readonly document: string | null
  readonly metadata: VectorMetadata
}

export function toPassage({ id, text = '', metadata = {} }: VectorEntry, score: number): Passage {
  const { document } = metadata
  return { id, text, score, document: typeof document === 'string' ? document : null, metadata }
}

export const passageOf = (match: VectorMatch): Passage => toPassage(match, match.score)
