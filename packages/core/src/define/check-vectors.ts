import type {
  VectorCallOptions,
  VectorEntry,
  VectorMetadata,
  VectorQuery,
  VectorRecord,
} from '../contracts/vector-store.js'
import { describeValue } from '../errors/describe-value.js'
import { maestroError } from '../errors/error-table.js'

/** The known properties of a store's vectors; undefined accepts any. */
export interface VectorFacts {
  readonly name: string
  readonly dimensions: number | undefined
  readonly model?: string | undefined
}

/**
 * Checks records before a vector store accepts any of them. If several records have the same id, the last one counts.
 *
 * @returns the records to store
 * @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL
 */
export function checkRecords(
  store: VectorFacts,
  records: readonly VectorRecord[],
  options: VectorCallOptions = {},
): readonly VectorRecord[] {
  checkModel(store, options)
  const dimensions = store.dimensions ?? records[0]?.vector?.length
  for (const [index, record] of records.entries()) {
    const { id, vector, metadata } = record
    if (typeof id !== 'string' || id === '')
      throw invalid(store, `record ${index}`, `an id must be a non-empty text, not ${describeValue(id)}`)
    checkVector({ ...store, dimensions }, vector, `record "${id}"`)
    checkMetadata(store, metadata, `record "${id}"`)
  }
  return [...new Map(records.map((record) => [record.id, record])).values()]
}

/** Checks queries in the same way. @throws MAESTRO_VECTORS_INVALID, MAESTRO_VECTORS_DIMENSION, MAESTRO_VECTORS_MODEL */
export function checkQueries(
  store: VectorFacts,
  queries: readonly VectorQuery[],
  options: VectorCallOptions = {},
): void {
  checkModel(store, options)
  for (const [index, { vector, k, filter, threshold }] of queries.entries()) {
    const place = `query ${index}`
    if (!Number.isInteger(k) || k < 1) throw invalid(store, place, `k must be a whole number of 1 or more, not ${k}`)
    if (Number.isNaN(threshold)) throw invalid(store, place, 'the threshold is not a number')
    checkVector(store, vector, place)
    checkMetadata(store, filter, place)
  }
}

/** Whether an entry matches a filter. */
export function matchesFilter({ metadata = {} }: VectorEntry, filter: VectorMetadata = {}): boolean {
  return Object.entries(filter).every(([name, value]) => Object.hasOwn(metadata, name) && metadata[name] === value)
}

function checkVector({ name: store, dimensions }: VectorFacts, vector: Float32Array, place: string): void {
  if (!(vector instanceof Float32Array))
    throw invalid({ name: store }, place, `a vector must be a Float32Array, not ${describeValue(vector)}`)
  const { length: found } = vector
  if (found === 0) throw invalid({ name: store }, place, 'the vector is empty')
  if (dimensions !== undefined && found !== dimensions)
    throw maestroError('MAESTRO_VECTORS_DIMENSION', { store, place, expected: dimensions, found })
  const at = vector.findIndex((value) => !Number.isFinite(value))
  if (at >= 0) throw invalid({ name: store }, place, `number ${at} of the vector is ${vector[at]}`)
}

function checkMetadata(store: { readonly name: string }, metadata: VectorMetadata | undefined, place: string): void {
  for (const [name, value] of Object.entries(metadata ?? {}) as [string, unknown][])
    if (!(value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)))
      throw invalid(
        store,
        place,
        `"${name}" must be a text, a number, true, false, or null, not ${describeValue(value)}`,
      )
}

function checkModel({ name: store, model: expected }: VectorFacts, { model: found }: VectorCallOptions): void {
  if (expected !== undefined && found !== undefined && expected !== found)
    throw maestroError('MAESTRO_VECTORS_MODEL', { store, expected, found })
}

function invalid({ name: store }: { readonly name: string }, place: string, reason: string) {
  return maestroError('MAESTRO_VECTORS_INVALID', { store, place, reason })
}
