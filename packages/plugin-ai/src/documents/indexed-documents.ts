import { createHash } from 'node:crypto'
import { maestroError, type VectorMetadata, type VectorStore } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

/** The metadata of a chunk in an index. */
export interface ChunkFacts {
  readonly document: string
  readonly text: string
  readonly metadata: VectorMetadata
}

/** A fingerprint of the chunks of one document and their order, which shows whether the document has changed. */
export class DocumentDigest {
  readonly #hash = createHash('sha256')
  /** The number of chunks. */
  chunks = 0

  /** @param settings The settings that affect vectors besides the text. */
  constructor(settings: string) {
    this.#hash.update(settings)
  }

  add({ text, metadata }: ChunkFacts): void {
    this.#hash.update(JSON.stringify([text, Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))]))
    this.chunks++
  }

  get version(): string {
    return this.#hash.copy().digest('hex').slice(0, 16)
  }
}

/** A document in a store. */
export interface StoredDocument {
  readonly ids: readonly string[]
  readonly versions: ReadonlySet<string>
  /** The sets of documents to which its chunks belong. */
  readonly origins: ReadonlySet<string>
}

/** The metadata that an index stores for its own use. */
export const ownMetadata = ['document', 'chunk', 'version', 'origin'] as const

/** The documents in a store. @throws MAESTRO_AI_STORE_LIST for a store that cannot list its entries */
export async function storedDocuments(store: VectorStore): Promise<Map<string, StoredDocument>> {
  if (store.list === undefined) throw aiError('MAESTRO_AI_STORE_LIST', { store: store.name })
  const documents = new Map<string, { ids: string[]; versions: Set<string>; origins: Set<string> }>()
  for await (const entries of store.list()) {
    for (const { id, metadata = {} } of entries) {
      const { document, version, origin } = metadata
      // Entries of other writers are ignored.
      if (typeof document !== 'string' || typeof version !== 'string') continue
      const known = documents.get(document) ?? { ids: [], versions: new Set(), origins: new Set() }
      known.ids.push(id)
      known.versions.add(version)
      if (typeof origin === 'string') known.origins.add(origin)
      documents.set(document, known)
    }
  }
  return documents
}

/** @throws MAESTRO_VECTORS_MODEL before anything is embedded */
export function assertSameModel(store: VectorStore, model: string): void {
  if (store.model !== undefined && store.model !== model)
    throw maestroError('MAESTRO_VECTORS_MODEL', { store: store.name, expected: store.model, found: model })
}

/** Whether a store contains exactly these chunks of a document. */
export function isUnchanged(stored: StoredDocument | undefined, { chunks, version }: DocumentDigest): boolean {
  return stored?.ids.length === chunks && stored.versions.size === 1 && stored.versions.has(version)
}
