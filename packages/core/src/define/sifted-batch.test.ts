import { expect, test } from 'vitest'
import type { SourceBatch } from '../contracts/source.js'
import { maestroError } from '../errors/error-table.js'
import { limitRows } from '../run/source/read-source.js'
import { SiftedBatch } from './sifted-batch.js'

const error = maestroError('MAESTRO_RUN_ABORTED', {})
const reject = (id: string, after?: number) => ({ id, row: id, error, ...(after === undefined ? {} : { after }) })
const rows = (...numbers: readonly number[]) => ({
  ids: numbers.map((n) => `r${n}`),
  rows: numbers.map((n) => ({ n })),
})

/** Checks a batch; even numbers do not pass. */
function sift(batch: SourceBatch): SourceBatch {
  const sifted = new SiftedBatch(batch)
  for (const [index, row] of batch.rows.entries()) {
    const id = String(batch.ids[index])
    if (Number(row.n) % 2 === 0) sifted.reject(id, row, error)
    else sifted.keep(id, row)
  }
  return sifted.take()
}

const places = ({ rejects = [] }: SourceBatch) => rejects.map(({ id, after }) => [id, after])

test('rejects keep their places among the rows that are left, also through a second check', () => {
  const batch = { ...rows(1, 2, 3, 4, 5), bytes: 7, rejects: [reject('x'), reject('y', 1), reject('z', 5)] }
  const once = sift(batch)
  expect(once).toMatchObject({ ids: ['r1', 'r3', 'r5'], rows: [{ n: 1 }, { n: 3 }, { n: 5 }], bytes: 7 })
  const expected = [
    ['x', 0],
    ['y', 1],
    ['r2', 1],
    ['r4', 2],
    ['z', 3],
  ]
  expect(places(once)).toEqual(expected)
  expect(places(sift(once))).toEqual(expected)
})

test('a limit takes the rejects before its last row, and none beyond', async () => {
  const batches = async function* () {
    yield { ...rows(1), rejects: [reject('a', 1)] }
    yield { ...rows(2, 3, 4), rejects: [reject('b', 0), reject('c', 1), reject('d', 2), reject('e', 3)] }
  }
  const limited = async (limit: number | undefined) => {
    const given = await Array.fromAsync(limitRows(batches(), limit))
    return [
      given.flatMap(({ ids }) => ids).join(' '),
      given
        .flatMap(places)
        .map(([id]) => id)
        .join(' '),
    ]
  }
  expect(await limited(1)).toEqual(['r1', ''])
  expect(await limited(2)).toEqual(['r1 r2', 'a b'])
  expect(await limited(3)).toEqual(['r1 r2 r3', 'a b c'])
  expect(await limited(undefined)).toEqual(['r1 r2 r3 r4', 'a b c d e'])
  expect(await limited(0)).toEqual(['', ''])
})
