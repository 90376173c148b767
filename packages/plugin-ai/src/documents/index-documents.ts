import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  type GlobalContext,
  GlobalOperator,
  LOGGER,
  type Logger,
  MaestroError,
  type OutputOf,
  type Refinement,
  type Row,
  SERVINGS,
  typed,
  VECTOR_STORES,
  type VectorRecord,
  type VectorStore,
} from '@maestro-dataflow/core'
import type { Alone } from '../asking/alone.js'
import { aiError } from '../errors.js'
import { chunkFacts } from './chunk-facts.js'
import { batchesOf } from './equal-batches.js'
import { IndexOptions } from './index-options.js'
import { chunkId, type IndexOutcome, type IndexPlan, outcomeOf, recordOf } from './index-plan.js'
import { assertSameModel, type ChunkFacts, DocumentDigest, ownMetadata, storedDocuments } from './indexed-documents.js'
import { deletableDocuments, documentsOf } from './missing-documents.js'

/** Options of `Indexer`: those of `ai.index`, with the store and the model themselves. */
export type IndexerOptions = Alone<
  IndexOptions,
  {
    /** The store, or a function that opens it. */
    readonly store: VectorStore | (() => Promise<VectorStore>)
    readonly embedder: EmbeddingServing
    readonly logger?: Logger | undefined
  }
>

const defaultBatchSize = 512
/** The number of written chunks after which optimizing the store is worthwhile. */
const worthCompacting = 1000

/**
 * Keeps a vector store up to date with documents. Chunks of new and changed documents are embedded and added, chunks of
 * missing documents are deleted, and unchanged documents cost nothing.
 *
 * @example
 * await new Indexer({ store, embedder, metadata: ['title', 'page'] }).run(storage)
 */
export class Indexer extends GlobalOperator {
  readonly #options: IndexerOptions
  readonly #serving: EmbeddingServing

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: IndexerOptions) {
    super()
    const fault = options.embedder === undefined ? 'an embedder is required' : faultOf(options.metadata ?? [])
    if (fault !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'Indexer', reason: fault })
    this.#options = options
    this.#serving = enhanced(options.embedder)
  }

  override get columns(): ColumnEffects {
    return indexColumns(this.#options)
  }

  /**
   * @throws MAESTRO_VECTORS_*, MAESTRO_AI_STORE_LIST, MAESTRO_SERVING_*; a chunk without a text or a document is
   * rejected
   */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { store: given, output = 'index_outcome', missing = 'delete', logger } = this.#options
    const store = typeof given === 'function' ? await given() : given
    const model = this.#serving.model ?? this.#serving.name
    assertSameModel(store, model)
    const plan = await this.#plan(all, store, context)
    const work: IndexWork = {
      plan,
      store,
      model,
      output,
      places: new Map(),
      counts: { added: 0, replaced: 0, unchanged: 0 },
    }
    const { counts } = work
    for await (const window of batchesOf(all, this.#options.batchSize ?? defaultBatchSize)) {
      context.signal.throwIfAborted()
      yield await this.#indexWindow(window, work, context)
    }
    const gone = await this.#tidy(plan, store, missing, context)
    const written = counts.added + counts.replaced
    if (written >= worthCompacting && !context.preview) await store.compact?.()
    logger?.info('the index is up to date', { store: store.name, ...counts, deleted: gone })
  }

  /** Reads all chunks once to find the changed documents. */
  async #plan(all: AllRows, store: VectorStore, context: GlobalContext): Promise<IndexPlan> {
    const { prefix = '' } = this.#options
    const settings = JSON.stringify([this.#serving.model ?? this.#serving.name, prefix])
    const digests = new Map<string, DocumentDigest>()
    const rejected = context.rejectedBefore?.slice()
    for await (const { ids, rows } of all) {
      context.signal.throwIfAborted()
      for (const [index, row] of rows.entries()) {
        const facts = this.#factsOf(row)
        if (MaestroError.is(facts)) {
          const rowId = ids[index] ?? ''
          rejected?.push({ rowId, row, error: facts })
          context.reject(rowId, row, facts)
          continue
        }
        const digest = digests.get(facts.document) ?? new DocumentDigest(settings)
        digest.add(facts)
        digests.set(facts.document, digest)
      }
    }
    const stored = await storedDocuments(store)
    const { document = 'document', origin = context.origin } = this.#options
    return { digests, stored, rejected: documentsOf(rejected, document, stored), origin }
  }

  /** Embeds and writes the changed chunks of a window. @returns the rows with their outcomes */
  async #indexWindow(
    { ids, rows }: Batch,
    { plan, store, model, output, places, counts }: IndexWork,
    context: GlobalContext,
  ): Promise<Batch> {
    const kept = rows.flatMap((row, index) => {
      const facts = this.#factsOf(row)
      if (MaestroError.is(facts)) return []
      const chunk = counted(places, facts.document)
      const outcome = outcomeOf(facts.document, plan)
      return [{ id: ids[index] ?? '', row: { ...row, [output]: outcome }, source: row, facts, chunk, outcome }]
    })
    const changed = kept.filter(({ outcome }) => outcome !== 'unchanged')
    const failed = new Set<string>()
    if (!context.preview && changed.length > 0) {
      const vectors = await this.#embed(
        changed.map(({ facts }) => facts.text),
        context,
      )
      const records = changed.flatMap(({ id, source, facts, chunk }, index): readonly VectorRecord[] => {
        const vector = vectors[index]
        if (vector instanceof Float32Array) return [recordOf(facts, chunk, vector, plan)]
        failed.add(id)
        if (vector !== undefined) context.reject(id, source, vector)
        return []
      })
      await store.addVectors(records, { model, signal: context.signal })
    }
    const done = kept.filter(({ id }) => !failed.has(id))
    for (const { outcome } of done) counts[outcome]++
    return { ids: done.map(({ id }) => id), rows: done.map(({ row }) => row) }
  }

  /** Splits a failed batch until a text that cannot be embedded is isolated; the others get their vectors. */
  async #embed(texts: readonly string[], context: GlobalContext): Promise<readonly (Float32Array | MaestroError)[]> {
    const { prefix = '' } = this.#options
    const { signal, step, run } = context
    try {
      return (
        await this.#serving.embed(
          texts.map((text) => prefix + text),
          { signal, step, run },
        )
      ).vectors
    } catch (error) {
      if (!MaestroError.is(error) || error.retryable || signal.aborted || isOfAll(error)) throw error
      if (texts.length === 1) return [error]
      const half = Math.ceil(texts.length / 2)
      return [...(await this.#embed(texts.slice(0, half), context)), ...(await this.#embed(texts.slice(half), context))]
    }
  }

  /** Deletes chunks that a document no longer has, and missing documents. @returns the number of deleted chunks */
  async #tidy(
    plan: IndexPlan,
    store: VectorStore,
    missing: 'delete' | 'keep',
    context: GlobalContext,
  ): Promise<number> {
    const { digests, stored, origin } = plan
    const stale: string[] = []
    const absent: string[] = []
    let own = 0
    for (const [document, { ids, origins }] of stored) {
      const isOwn = origins.has(origin)
      if (isOwn) own++
      const digest = digests.get(document)
      if (digest === undefined) {
        if (isOwn) absent.push(document)
      } else if (outcomeOf(document, plan) !== 'unchanged') {
        const current = new Set(Array.from({ length: digest.chunks }, (_, chunk) => chunkId(document, chunk)))
        for (const id of ids) if (!current.has(id)) stale.push(id)
      }
    }
    const { maxDeleted = '20%', logger } = this.#options
    const facts = {
      absent,
      own,
      arrived: digests.size,
      rejected: plan.rejected,
      complete: context.complete,
      maxDeleted,
    }
    const warn = (reason: string, documents: readonly string[]) => {
      const names = documents.slice(0, 10)
      logger?.warn(`Missing documents stay in the index: ${reason}`, { origin, documents: documents.length, names })
      const all = `${names.join(', ')}${documents.length > names.length ? ` and ${documents.length - names.length} more` : ''}`
      context.warn(`${documents.length} missing documents stay in the index (${all}): ${reason}`)
    }
    const gone = missing === 'delete' ? deletableDocuments(facts, warn) : []
    const ids = [...stale, ...gone.flatMap((document) => stored.get(document)?.ids ?? [])]
    if (ids.length === 0 || context.preview) return 0
    return store.delete(ids)
  }

  #factsOf(row: Row): ChunkFacts | MaestroError {
    return chunkFacts(row, this.#options)
  }
}

interface IndexWork {
  readonly plan: IndexPlan
  readonly store: VectorStore
  readonly model: string
  readonly output: string
  /** The number of chunks of each document that have been seen, in the order of the rows. */
  readonly places: Map<string, number>
  readonly counts: Record<IndexOutcome, number>
}

const enhanced = (serving: EmbeddingServing) => EnhancedEmbeddingServing.of(serving)

/** Increments a count and returns its previous value. */
function counted(places: Map<string, number>, document: string): number {
  const place = places.get(document) ?? 0
  places.set(document, place + 1)
  return place
}

/** The errors that a single text does not cause. */
function isOfAll(error: MaestroError): boolean {
  return !['MAESTRO_SERVING_BAD_REQUEST', 'MAESTRO_SERVING_CONTEXT_TOO_LONG', 'MAESTRO_SERVING_FILTERED'].includes(
    error.code,
  )
}

function faultOf(metadata: readonly string[]): string | undefined {
  const own = metadata.find((name) => ownMetadata.some((known) => known === name))
  return own === undefined ? undefined : `"${own}" is always stored and cannot be a name of metadata`
}

function indexColumns({
  input = 'text',
  document = 'document',
  metadata = [],
  output = 'index_outcome',
}: Pick<IndexerOptions, 'input' | 'document' | 'metadata' | 'output'>): ColumnEffects {
  return { reads: [...new Set([input, document, ...metadata])], adds: { [output]: 'string' } }
}

const refine: Refinement<OutputOf<IndexOptions>> = ({ metadata }, { addIssue }) => {
  const message = faultOf(metadata)
  if (message !== undefined) addIssue({ code: 'custom', path: ['metadata'], message, input: metadata })
}

/**
 * `ai.index`: writes chunks of documents to a vector store.
 *
 * @remarks
 * Cost: Each new or changed chunk is embedded once; an unchanged document costs nothing.
 */
export const index = defineOperator({
  name: 'ai.index',
  kind: 'opaque',
  description:
    'Keeps a vector store up to date with documents: adds new ones, replaces changed ones, deletes missing ones',
  options: IndexOptions,
  refine,
  adds: { '{output}': typed<IndexOutcome>('string') },
  deterministic: false,
  writesElsewhere: true,
  servings: ({ embedder }) => [{ kind: 'embedding', name: embedder }],
  vectorStores: ({ store }) => [store],
  inject: [SERVINGS, VECTOR_STORES, LOGGER],
  create: ({ embedder, store, ...options }, [servings, stores, logger]) =>
    new Indexer({ ...options, store: () => stores.get(store), embedder: servings.get(embedder, 'embedding'), logger }),
})
