import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  MaestroError,
  type VectorEntry,
  type VectorMatch,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorStore,
} from '@maestro-dataflow/core'

/** A vector store to test, and how to reopen it. */
export interface MadeVectorStore {
  readonly store: VectorStore
  /** Reopens what the store left, as a later process would; for stores that outlive their process. */
  readonly reopen?: (() => VectorStore | Promise<VectorStore>) | undefined
  /**
   * Lines of a module that open it in another process, as `const store = ...`; for stores that several processes may
   * use at once. Packages are resolved from the working directory.
   */
  readonly code?: string | undefined
  /** Removes what it left. The suite closes the store itself. */
  readonly dispose?: (() => void | Promise<void>) | undefined
}

/** Creates an empty store in a separate place. */
export type MakeVectorStore = (settings: {
  readonly metric: VectorMetric
}) => MadeVectorStore | Promise<MadeVectorStore>

/** The expected quality of a search. */
export interface VectorStoreAims {
  /** The share of the most similar entries that a search must find. @default 1, an exact search */
  readonly recall: number
  /** How much scores may deviate. @default 1e-4 */
  readonly tolerance: number
  /** The metrics that it supports. @default all */
  readonly metrics: readonly VectorMetric[]
}

export interface VectorStoreSubject extends VectorStoreAims {
  /** With the metric cosine, unless another one is given. */
  make(metric?: VectorMetric): Promise<MadeVectorStore>
}

/** A record with a vector of these numbers. */
export function entry(id: string, numbers: readonly number[], more: Omit<VectorEntry, 'id'> = {}): VectorRecord {
  return { id, vector: Float32Array.from(numbers), ...more }
}

/** The matches of one query. */
export async function find(
  store: VectorStore,
  numbers: Iterable<number>,
  k: number,
  more: Partial<VectorQuery> = {},
): Promise<readonly VectorMatch[]> {
  const found = await store.search([{ vector: Float32Array.from(numbers), k, ...more }])
  assert.equal(found.length, 1, 'there are not as many lists of matches as queries')
  const [matches = []] = found
  for (const [index, { score }] of matches.entries()) {
    assert.ok(Number.isFinite(score), `a score is ${score}`)
    assert.ok(index === 0 || score <= (matches[index - 1]?.score ?? 0), 'a later match is nearer than an earlier one')
  }
  return matches
}

export async function foundIds(...asked: Parameters<typeof find>): Promise<readonly string[]> {
  return (await find(...asked)).map(({ id }) => id)
}

/** What is stored under each id, from one search over all of them. */
export async function everything(store: VectorStore, dimensions: number): Promise<ReadonlyMap<string, VectorMatch>> {
  const count = await store.count()
  const matches = count === 0 ? [] : await find(store, new Float32Array(dimensions).fill(1), count)
  const byId = new Map(matches.map((match) => [match.id, match]))
  assert.equal(byId.size, matches.length, 'an id is there twice')
  assert.equal(byId.size, count, 'a search for as many as there are does not find them all')
  return byId
}

/** Fails unless work is refused with a code, by an error that names all of the parts. */
export async function assertRefused(work: Promise<unknown>, code: string, ...parts: readonly string[]): Promise<void> {
  const error = await work.then(
    () => assert.fail(`it was taken; ${code} was expected`),
    (thrown: unknown) => thrown,
  )
  assert.ok(MaestroError.is(error), `what is thrown is no MaestroError: ${String(error)}`)
  assert.equal(error.code, code)
  for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" does not name ${part}`)
}

/** Numbers from 0 to 1 that are the same each time. */
export function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** The score of two vectors, by the contract. */
export function exactScore(metric: VectorMetric, one: Float32Array, other: Float32Array): number {
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
  if (metric === 'dot') return product(one, other)
  if (metric === 'l2') return -Math.sqrt(one.reduce((sum, value, at) => sum + (value - (other[at] ?? 0)) ** 2, 0))
  const lengths = Math.sqrt(product(one, one) * product(other, other))
  return lengths === 0 ? 0 : product(one, other) / lengths
}

/** Runs lines of a module in a separate process. @throws an error with the output, unless the process succeeds */
export async function runElsewhere(code: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const parameters = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
    execFile(process.execPath, parameters, (error, _stdout, stderr) => {
      if (error === null) resolve()
      else reject(new assert.AssertionError({ message: `the other process failed: ${stderr}` }))
    })
  })
}
