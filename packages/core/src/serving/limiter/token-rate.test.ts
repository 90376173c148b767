import { describe, expect, test } from 'vitest'
import { TokenRate } from './token-rate.js'

/** Asks for calls of an estimate as fast as it may for a while. @returns how many were let go */
function callsIn(rate: TokenRate, milliseconds: number, estimate: number, taken: number, latencyMs = 500): number {
  const ends: { at: number; reserved: number }[] = []
  let calls = 0
  for (let now = 0; now < milliseconds; now++) {
    for (let end = ends[0]; end !== undefined && end.at <= now; end = ends[0]) {
      ends.shift()
      rate.settle(estimate, end.reserved, taken, now)
    }
    if (rate.wait(now) > 0) continue
    ends.push({ at: now + latencyMs, reserved: rate.reserve(estimate, now).reserved })
    calls++
  }
  return calls
}

describe('TokenRate', () => {
  test('it keeps the configured rate when estimates are right', () => {
    const rate = new TokenRate()
    rate.limit(60_000)
    const tokens = callsIn(rate, 60_000, 500, 500) * 500
    expect(tokens).toBeLessThanOrEqual(60_000 + 500)
    expect(tokens).toBeGreaterThan(57_000)
  })

  test('it learns that estimates are too high, and uses the whole rate', () => {
    const rate = new TokenRate()
    rate.limit(60_000)
    const tokens = callsIn(rate, 120_000, 1100, 100) * 100
    expect(tokens).toBeGreaterThan(100_000)
    expect(tokens).toBeLessThanOrEqual(120_000 + 2000)
  })

  test('learns that they are too low', () => {
    const rate = new TokenRate()
    rate.limit(60_000)
    // The first ones go before anything is known, and are paid off.
    const tokens = callsIn(rate, 120_000, 10, 500) * 500
    expect(tokens).toBeLessThan(130_000)
    expect(tokens).toBeGreaterThan(115_000)
  })

  test('a call larger than the limit goes, and is paid off before the next', () => {
    const rate = new TokenRate()
    rate.limit(1000)
    expect(rate.wait(0)).toBe(0)
    rate.reserve(3000, 0)
    expect(rate.wait(0)).toBeGreaterThan(170_000)
  })

  test('unknown usage counts as reserved, and a refused reservation is returned', () => {
    const rate = new TokenRate()
    rate.limit(60_000)
    const { reserved } = rate.reserve(5000, 0)
    const wait = rate.wait(0)
    rate.settle(5000, reserved, undefined, 0)
    expect(rate.wait(0)).toBe(wait)
    rate.settle(5000, reserved, 0, 0)
    expect(rate.wait(0)).toBe(0)
  })

  test('obeys the reported rate', () => {
    const rate = new TokenRate()
    rate.tell({ limit: 6000, remaining: 0, resetMs: 60_000 }, 0)
    expect(rate.wait(0)).toBe(10)
    rate.tell({ remaining: 0, resetMs: 4000 }, 0)
    expect(rate.wait(0)).toBe(4000)
  })
})
