import { describe, expect, test } from 'vitest'
import { ConcurrencyLimit } from './concurrency-limit.js'
import type { Verdict } from './verdict.js'

/** Keeps as many calls under way as the limit allows, by rounds, of a server that works on some at once. */
function rounds(
  limit: ConcurrencyLimit,
  count: number,
  slots: number,
  verdict: (call: number) => Verdict = () => 'answered',
) {
  const values: number[] = []
  let call = 0
  for (let turn = 0; turn < count; turn++) {
    const { value, round } = limit
    for (let inFlight = 1; inFlight <= value; inFlight++) limit.send(inFlight)
    const durationMs = 100 * Math.max(1, value / slots)
    while (limit.round === round) limit.done(round, verdict(call++), durationMs)
    values.push(limit.value)
  }
  return values
}

const elastic = Number.POSITIVE_INFINITY

describe('ConcurrencyLimit', () => {
  test('a set number is used from the start and stays', () => {
    const limit = new ConcurrencyLimit()
    limit.limit(64)
    expect(limit.value).toBe(64)
    expect(new Set(rounds(limit, 20, 1))).toEqual(new Set([64]))
  })

  test('without one it doubles while that brings throughput, up to a bound', () => {
    expect(rounds(new ConcurrencyLimit(), 8, elastic)).toEqual([4, 8, 16, 32, 64, 128, 256, 256])
  })

  test('a server that works on one call at a time is not flooded', () => {
    const values = rounds(new ConcurrencyLimit(), 100, 1)
    expect(Math.max(...values)).toBeLessThanOrEqual(4)
    expect(values.filter((value) => value > 2).length).toBeLessThan(10)
  })

  test('a server with 16 places is filled and not flooded', () => {
    const values = rounds(new ConcurrencyLimit(), 200, 16)
    const settled = values.slice(20).sort((a, b) => a - b)
    expect(settled[Math.floor(settled.length / 2)]).toBeGreaterThanOrEqual(15)
    expect(settled.at(-1)).toBeLessThanOrEqual(36)
  })

  test('it follows a server that becomes slower and faster again', () => {
    const limit = new ConcurrencyLimit()
    rounds(limit, 10, 64)
    const slow = rounds(limit, 300, 4)
    expect(slow.at(-1)).toBeLessThan(16)
    const fast = rounds(limit, 300, 64)
    expect(fast.at(-1)).toBeGreaterThan(40)
  })

  test('it does not grow while it is not used', () => {
    const limit = new ConcurrencyLimit()
    for (let turn = 0; turn < 100; turn++) {
      limit.send(1)
      limit.done(limit.round, 'answered', 100)
    }
    expect(limit.value).toBe(2)
  })

  test.each(['overloaded', 'lost'] as const)(
    'calls that are %s make it back off, once a round, and it comes back',
    (bad) => {
      const limit = new ConcurrencyLimit()
      limit.limit(64)
      expect(rounds(limit, 4, elastic, () => bad)).toEqual([44, 30, 21, 14])
      expect(rounds(limit, 20, elastic).at(-1)).toBe(64)
    },
  )

  test('a few of them are no reason', () => {
    const limit = new ConcurrencyLimit()
    limit.limit(64)
    expect(new Set(rounds(limit, 50, elastic, (call) => (call % 20 === 0 ? 'lost' : 'answered')))).toEqual(
      new Set([64]),
    )
  })

  test('it never falls below one', () => {
    const limit = new ConcurrencyLimit()
    expect(rounds(limit, 30, elastic, () => 'lost').at(-1)).toBe(1)
  })

  test('a provider that refuses has enough with what it has', () => {
    const limit = new ConcurrencyLimit()
    rounds(limit, 5, elastic)
    limit.refused(3)
    expect(limit.value).toBe(3)
    const set = new ConcurrencyLimit()
    set.limit(64)
    set.refused(3)
    expect(set.value).toBe(64)
  })

  test('after a rest it opens with the answers', () => {
    const limit = new ConcurrencyLimit()
    limit.limit(64)
    limit.reopen(5)
    expect(limit.value).toBe(7)
    for (let turn = 0; turn < 10; turn++) limit.done(limit.round, 'answered', 100)
    expect(limit.value).toBe(17)
    for (let turn = 0; turn < 100; turn++) limit.done(limit.round, 'answered', 100)
    expect(limit.value).toBe(64)
  })
})
