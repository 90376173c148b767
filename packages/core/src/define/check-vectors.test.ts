import { describe, expect, test } from 'vitest'
import { errorOf } from '../__fixtures__/project-folder.js'
import type { VectorMetadata } from '../contracts/vector-store.js'
import { checkQueries, checkRecords, matchesFilter } from './check-vectors.js'

const store = { name: 'kb', dimensions: 2, model: 'a' }
const vector = Float32Array.of(1, 2)

describe('records', () => {
  test('that are right pass; of several with one id the last counts', () => {
    const [first, last] = [
      { id: 'x', vector, metadata: { text: 'a', number: 1.5, yes: true, none: null } },
      { id: 'x', vector: Float32Array.of(0, 0) },
    ] as const
    expect(checkRecords(store, [first, { id: 'y', vector }, last])).toEqual([last, { id: 'y', vector }])
    expect(
      checkRecords({ name: 'kb', dimensions: undefined }, [{ id: 'x', vector: new Float32Array(3) }]),
    ).toHaveLength(1)
    expect(checkRecords(store, [])).toEqual([])
  })

  test.each([
    [{ id: '', vector }, 'kb: record 0: an id must be a non-empty text, not the text "".'],
    [{ id: 7, vector }, 'an id must be a non-empty text, not number 7'],
    [{ id: 'x', vector: [1, 2] }, 'record "x": a vector must be a Float32Array, not a list of 2'],
    [{ id: 'x', vector: new Float32Array() }, 'record "x": the vector is empty'],
    [{ id: 'x', vector: Float32Array.of(1, Number.NaN) }, 'record "x": number 1 of the vector is NaN'],
    [{ id: 'x', vector: Float32Array.of(1e300, 1) }, 'record "x": number 0 of the vector is Infinity'],
    [
      { id: 'x', vector, metadata: { tags: ['a'] } },
      '"tags" must be a text, a number, true, false, or null, not a list of 1',
    ],
    [{ id: 'x', vector, metadata: { score: Number.NaN } }, '"score" must be a text, a number, true, false, or null'],
  ])('%j', async (record, message) => {
    const error = await errorOf(() => checkRecords(store, [record as never]))
    expect(error.code).toBe('MAESTRO_VECTORS_INVALID')
    expect(error.message).toContain(message)
  })

  test('of another dimension than the store, or than each other', async () => {
    const long = { id: 'y', vector: new Float32Array(3) }
    expect(await errorOf(() => checkRecords(store, [{ id: 'x', vector }, long]))).toMatchObject({
      code: 'MAESTRO_VECTORS_DIMENSION',
      message: 'kb holds vectors with 2 dimensions, but the vector of record "y" has 3.',
    })
    const open = { name: 'kb', dimensions: undefined }
    expect((await errorOf(() => checkRecords(open, [{ id: 'x', vector }, long]))).code).toBe(
      'MAESTRO_VECTORS_DIMENSION',
    )
  })

  test('of another embedding model are refused, naming both', async () => {
    expect(await errorOf(() => checkRecords(store, [], { model: 'b' }))).toMatchObject({
      code: 'MAESTRO_VECTORS_MODEL',
      message: 'The vectors of kb come from the embedding model a, but these vectors come from b.',
    })
    expect(checkRecords(store, [], { model: 'a' })).toEqual([])
    expect(checkRecords({ name: 'kb', dimensions: 2 }, [], { model: 'b' })).toEqual([])
  })
})

describe('queries', () => {
  test.each([
    [{ vector, k: 0 }, 'query 1: k must be a whole number of 1 or more, not 0'],
    [{ vector, k: 1.5 }, 'not 1.5'],
    [{ vector, k: 1, threshold: Number.NaN }, 'the threshold is not a number'],
    [{ vector: Float32Array.of(Number.NaN, 1), k: 1 }, 'query 1: number 0 of the vector is NaN'],
    [{ vector, k: 1, filter: { a: {} } }, 'query 1: "a" must be a text'],
  ])('%j', async (query, message) => {
    const error = await errorOf(() => checkQueries(store, [{ vector, k: 1 }, query as never]))
    expect(error.code).toBe('MAESTRO_VECTORS_INVALID')
    expect(error.message).toContain(message)
  })

  test('of another dimension or model', async () => {
    const code = async (work: () => unknown) => (await errorOf(work)).code
    const wrong = { vector: new Float32Array(1), k: 1 }
    expect(await code(() => checkQueries(store, [wrong]))).toBe('MAESTRO_VECTORS_DIMENSION')
    expect(await code(() => checkQueries(store, [], { model: 'b' }))).toBe('MAESTRO_VECTORS_MODEL')
    expect(checkQueries({ name: 'kb', dimensions: undefined }, [wrong])).toBeUndefined()
  })
})

test('a filter matches values that are equal and of the same type', () => {
  const entry = { id: 'x', metadata: { a: 1, b: null } }
  const filters: VectorMetadata[] = [
    {},
    { a: 1 },
    { a: 1, b: null },
    { a: '1' },
    { a: 2 },
    { c: null },
    { toString: 'x' },
  ]
  expect(filters.map((filter) => matchesFilter(entry, filter))).toEqual([true, true, true, false, false, false, false])
  expect(matchesFilter({ id: 'x' }, { a: 1 })).toBe(false)
})
