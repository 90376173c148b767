import type { VectorRecord } from '@maestro-dataflow/core'
import { type ChunkFacts, type DocumentDigest, isUnchanged, type StoredDocument } from './indexed-documents.js'
import type { RejectedDocuments } from './missing-documents.js'

/** The outcome for a chunk's document. */
export type IndexOutcome = 'added' | 'replaced' | 'unchanged'

/** What one run does with the documents. */
export interface IndexPlan {
  readonly digests: ReadonlyMap<string, DocumentDigest>
  readonly stored: ReadonlyMap<string, StoredDocument>
  readonly rejected: RejectedDocuments
  /** The name of the set of documents. */
  readonly origin: string
}

/** The id of a chunk. It does not change while the document contains the chunk, so that citations keep their target. */
export const chunkId = (document: string, chunk: number) => `${document}#${chunk}`

/** The record of a chunk in the vector store. */
export function recordOf(
  { document, text, metadata }: ChunkFacts,
  chunk: number,
  vector: Float32Array,
  plan: IndexPlan,
): VectorRecord {
  const version = plan.digests.get(document)?.version ?? ''
  const { origin } = plan
  return { id: chunkId(document, chunk), text, vector, metadata: { ...metadata, document, chunk, version, origin } }
}

/** What happens to a document. */
export function outcomeOf(document: string, { digests, stored }: IndexPlan): IndexOutcome {
  const digest = digests.get(document)
  const before = stored.get(document)
  if (before === undefined || digest === undefined) return 'added'
  return isUnchanged(before, digest) ? 'unchanged' : 'replaced'
}
