import type { VectorEntry, VectorMatch, VectorMetric } from '@maestro-dataflow/core'
import { decodeEntry } from './metadata.js'

/** A collection as the server describes it. */
export interface Collection {
  readonly id: string
  readonly dimension?: number | null
  readonly metadata?: Readonly<Record<string, unknown>> | null
  readonly configuration_json?: { readonly hnsw?: { readonly space?: string } | null }
}

/** Entries as the server returns them. */
export interface Entries {
  readonly ids: readonly string[]
  readonly documents?: readonly (string | null)[] | null
  readonly metadatas?: readonly (Readonly<Record<string, unknown>> | null)[] | null
  readonly embeddings?: readonly (readonly number[])[] | null
}

/** The matches of several queries as the server returns them. */
export interface Found {
  readonly ids: readonly (readonly string[])[]
  readonly documents?: readonly (readonly (string | null)[])[] | null
  readonly metadatas?: readonly (readonly (Readonly<Record<string, unknown>> | null)[])[] | null
  readonly distances?: readonly (readonly (number | null)[])[] | null
}

/** Chroma's names of the metrics, and how its distances become scores. */
export const spaces: Readonly<Record<VectorMetric, { readonly name: string; score(distance: number): number }>> = {
  cosine: { name: 'cosine', score: (distance) => 1 - distance },
  dot: { name: 'ip', score: (distance) => 1 - distance },
  l2: { name: 'l2', score: (distance) => -Math.sqrt(Math.max(0, distance)) },
}

/** The entries of a reply. */
export function entriesOf({ ids, documents, metadatas }: Entries): readonly VectorEntry[] {
  return ids.map((id, index) => decodeEntry(id, documents?.[index], metadatas?.[index]))
}

/** The matches of one of the queries. */
export function matchesOf(reply: Found, at: number, metric: VectorMetric): readonly VectorMatch[] {
  return (reply.ids[at] ?? []).map((id, index) => ({
    ...decodeEntry(id, reply.documents?.[at]?.[index], reply.metadatas?.[at]?.[index]),
    score: spaces[metric].score(reply.distances?.[at]?.[index] ?? Number.POSITIVE_INFINITY),
  }))
}

/** The bytes of the numbers in little-endian order, as the server expects them. */
export function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT)
  return bytes.toString('base64')
}
