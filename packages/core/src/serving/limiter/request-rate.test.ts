import { describe, expect, test } from 'vitest'
import { RequestRate } from './request-rate.js'

/** A provider that lets in so many a second and saves up as many, asked as fast as the rate allows. */
function ask(rate: RequestRate, provider: { perSecond: number; burst: number; unlucky?: number }, seconds: number) {
  let saved = provider.burst
  let sent = 0
  let refused = 0
  for (let now = 1; now <= seconds * 1000; now++) {
    saved = Math.min(provider.burst, saved + provider.perSecond / 1000)
    // No more than one in 3 ms: what a client with bounded concurrency may do.
    if (now % 3 !== 0 || rate.wait(now) > 0) continue
    rate.send(now)
    sent++
    if (provider.unlucky !== undefined && sent % provider.unlucky === 0) rate.refused(now, now)
    else if (saved >= 1) saved--
    else {
      refused++
      rate.refused(now, now)
    }
  }
  return { sent, refused, letIn: sent - refused }
}

describe('RequestRate', () => {
  test('a provider that lets nothing in teaches no rate', () => {
    const rate = new RequestRate()
    for (let now = 1; now <= 10; now++) {
      rate.send(now)
      rate.refused(now, now)
    }
    expect(rate.perMinute).toBeUndefined()
    expect(rate.wait(11)).toBe(0)
  })

  test('nothing is bounded before a refusal', () => {
    const rate = new RequestRate()
    expect(ask(rate, { perSecond: 1000, burst: 1000 }, 5)).toMatchObject({ refused: 0 })
    expect(rate.perMinute).toBeUndefined()
  })

  test.each([
    [50, 50, 0.95],
    [10, 100, 0.95],
    [50, 5, 0.85],
    [5, 1, 0.6],
  ])('learns a limit of %i a second with %i saved up, and uses it', (perSecond, burst, share) => {
    const rate = new RequestRate()
    const { letIn, refused } = ask(rate, { perSecond, burst }, 120)
    expect(letIn).toBeGreaterThan(share * 120 * perSecond)
    expect(refused).toBeLessThan(0.1 * letIn + 50)
    expect(rate.perMinute).toBeGreaterThan(0.5 * 60 * perSecond)
    expect(rate.perMinute).toBeLessThan(1.8 * 60 * perSecond)
  })

  test('refusals that come now and then are no limit', () => {
    const rate = new RequestRate()
    ask(rate, { perSecond: 1000, burst: 1000, unlucky: 20 }, 60)
    expect(rate.perMinute).toBeUndefined()
  })

  test('rises again when the limit does', () => {
    const rate = new RequestRate()
    ask(rate, { perSecond: 10, burst: 10 }, 30)
    const before = rate.perMinute ?? 0
    ask(rate, { perSecond: 1000, burst: 1000 }, 60)
    expect(rate.perMinute).toBeGreaterThan(4 * before)
  })

  test('what was sent before the rate was lowered says nothing new', () => {
    const rate = new RequestRate()
    for (let turn = 0; turn < 60; turn++) rate.send(10)
    let lowered = 0
    for (let turn = 0; turn < 60; turn++) if (rate.refused(10, 20)) lowered++
    expect(lowered).toBe(1)
  })

  test('what is set holds, also when more was learnt', () => {
    const rate = new RequestRate()
    rate.limit(600)
    const { sent } = ask(rate, { perSecond: 1000, burst: 1000 }, 60)
    expect(sent).toBeLessThanOrEqual(600)
    expect(sent).toBeGreaterThan(590)
    expect(rate.perMinute).toBe(600)
    rate.limit(undefined)
    expect(rate.perMinute).toBeUndefined()
  })

  test('is told what is left', () => {
    const rate = new RequestRate()
    rate.told({ limit: 60, remaining: 2, resetMs: 58_000 }, 0)
    expect(rate.perMinute).toBeCloseTo(60)
    rate.told({ limit: 60, remaining: 0, resetMs: 60_000 }, 0)
    expect(rate.wait(0)).toBe(1000)
    rate.told({ limit: 60, remaining: 50, resetMs: 10_000 }, 0)
    expect(rate.perMinute).toBeUndefined()
  })
})
