import { randomUUID } from 'node:crypto'
import { Document, type DocumentInterface } from '@langchain/core/documents'
import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import { VectorStore } from '@langchain/core/vectorstores'
import type { VectorStore as Store, VectorMatch, VectorMetadata } from '@maestro-dataflow/core'

/** Metadata that a filter cannot compare, such as lists, is stored under this name, as JSON. */
const wholeMetadata = '_metadata'

/** A vector store of ours as one of LangChain.js. A filter compares metadata for equality. */
export class MaestroVectorStore extends VectorStore {
  declare FilterType: VectorMetadata
  readonly store: Store

  constructor(store: Store, embeddings: EmbeddingsInterface) {
    super(embeddings, {})
    this.store = store
  }

  override _vectorstoreType() {
    return 'maestro'
  }

  override async addDocuments(documents: DocumentInterface[], options?: { ids?: string[] }): Promise<string[]> {
    const vectors = await this.embeddings.embedDocuments(documents.map(({ pageContent }) => pageContent))
    return this.addVectors(vectors, documents, options)
  }

  /** @returns the ids: the given ones, those of the documents, or new ones */
  override async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    { ids }: { ids?: string[] } = {},
  ): Promise<string[]> {
    const records = documents.map(({ id, pageContent, metadata }, index) => ({
      id: ids?.[index] ?? id ?? randomUUID(),
      vector: Float32Array.from(vectors[index] ?? []),
      text: pageContent,
      metadata: toVectorMetadata(metadata),
    }))
    await this.store.addVectors(records)
    return records.map(({ id }) => id)
  }

  override async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: VectorMetadata,
  ): Promise<[DocumentInterface, number][]> {
    const asked = { vector: Float32Array.from(query), k, ...(filter === undefined ? {} : { filter }) }
    const [matches = []] = await this.store.search([asked])
    return matches.map((match) => [toDocument(match), match.score])
  }

  override async delete({ ids }: { ids: readonly string[] }): Promise<void> {
    await this.store.delete(ids)
  }
}

function toVectorMetadata(metadata: Readonly<Record<string, unknown>>): VectorMetadata {
  const entries = Object.entries(metadata).filter(([, value]) => value !== undefined)
  const plain = entries.filter((entry): entry is [string, string | number | boolean | null] => isPlain(entry[1]))
  return Object.fromEntries(
    plain.length === entries.length ? plain : [...plain, [wholeMetadata, JSON.stringify(metadata)]],
  )
}

function toDocument({ id, text = '', metadata = {} }: VectorMatch): DocumentInterface {
  const whole = metadata[wholeMetadata]
  return new Document({
    id,
    pageContent: text,
    metadata: typeof whole === 'string' ? JSON.parse(whole) : { ...metadata },
  })
}

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value)
