import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberedIds } from '../../contracts/numbered-ids.js'
import { SeenIds } from './seen-ids.js'
import { withUniqueIds } from './unique-ids.js'

test('it answers as a set does, for any ids', () => {
  const id = fc.oneof(
    fc.tuple(fc.constantFrom('', 'a', 'a:', 'b:1', 'x0'), fc.nat(30)).map(([prefix, number]) => `${prefix}${number}`),
    fc.constantFrom('a', 'a00', 'a007', 'a07', '01', '9007199254740993', '9007199254740992', 'é1', '\ud8001'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(id), (ids) => {
      const seen = new SeenIds()
      const known = new Set<string>()
      for (const one of ids) {
        expect(seen.add(one)).toBe(!known.has(one))
        known.add(one)
      }
    }),
    { numRuns: 1000 },
  )
})

test('numbered ids and single ids are compared with each other, as a set does', () => {
  const numbered = fc
    .tuple(fc.constantFrom('', 'a', 'a:', 'b1'), fc.nat(20), fc.nat(5))
    .map(([prefix, first, count]) => numberedIds(prefix, first, count))
  const single = fc.tuple(fc.constantFrom('', 'a', 'a:', 'b', 'b1', 'a:0'), fc.nat(40)).map((id) => [id.join('')])
  fc.assert(
    fc.property(fc.array(fc.oneof(numbered, single)), (batches) => {
      const seen = new SeenIds()
      const known = new Set<string>()
      for (const ids of batches) {
        const fresh = ids.filter((id) => !known.has(id))
        expect(withUniqueIds({ ids, rows: ids.map(() => ({})) }, seen).ids).toEqual(fresh)
        for (const id of fresh) known.add(id)
      }
    }),
    { numRuns: 1000 },
  )
})

test('beyond the bound ids are compared with those that are kept', () => {
  const seen = new SeenIds(2)
  expect(['x', 'y', 'z', 'z', 'x', 'r1', 'r2', 'r1'].map((id) => seen.add(id))).toEqual([
    true,
    true,
    true,
    true,
    false,
    true,
    true,
    false,
  ])
  expect(seen.isFull).toBe(true)
})
