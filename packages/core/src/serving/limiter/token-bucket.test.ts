import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.js'

/** Lets through as much as it may, asked at these moments. */
function starts(pace: TokenBucket, moments: readonly number[]): readonly number[] {
  return moments.filter((now) => {
    if (pace.wait(now) > 0) return false
    pace.take(1, now)
    return true
  })
}

/** The most that any window of a length holds. */
function fullest(times: readonly number[], length: number): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + length).length))
}

describe('TokenBucket', () => {
  test('no minute holds more than was set, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 2000 }),
        fc.array(fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 10_000, max: 90_000 })), {
          maxLength: 800,
        }),
        (perMinute, slack, gaps) => {
          const pace = new TokenBucket(slack)
          pace.perMs = pace.within(perMinute)
          let now = 0
          const moments = gaps.map((gap) => (now += gap))
          expect(fullest(starts(pace, moments), 60_000)).toBeLessThanOrEqual(perMinute)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a pause saves nothing up beyond the slack', () => {
    const pace = new TokenBucket(100)
    pace.perMs = 1 / 20
    const afterAnHour = Array.from({ length: 50 }, () => 3_600_000)
    // The slack is five calls, and one is due.
    expect(starts(pace, afterAnHour)).toHaveLength(6)
  })

  test('asked late each time, it loses nothing', () => {
    const pace = new TokenBucket(100)
    pace.perMs = 1 / 20
    const late = Array.from({ length: 1000 }, (_, turn) => turn * 20 + (turn % 3) * 7)
    expect(starts(pace, late)).toHaveLength(1000)
  })

  test('returned tokens may be used at once, and held ones may not', () => {
    const pace = new TokenBucket(0)
    pace.perMs = 1
    pace.take(50, 0)
    expect(pace.wait(0)).toBe(50)
    pace.take(-30, 0)
    expect(pace.wait(0)).toBe(20)
    pace.hold(500)
    expect(pace.wait(0)).toBe(500)
    expect(pace.wait(500)).toBe(0)
  })

  test('without a rate it waits only for held tokens', () => {
    const pace = new TokenBucket(100)
    for (let turn = 0; turn < 10; turn++) pace.take(1, 0)
    expect(pace.wait(0)).toBe(0)
    pace.hold(300)
    expect(pace.wait(0)).toBe(300)
  })
})
