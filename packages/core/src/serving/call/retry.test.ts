import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RateLimits } from '../../contracts/serving-settings.js'
import { type CoreErrorCode, maestroError } from '../../errors/error-table.js'
import { servingError } from '../../provider/serving-error.js'
import { withRetries } from './retry.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const policy = { retries: 3, total: 600_000 }
const answer = (status: number, rateLimits?: RateLimits) =>
  servingError('m', { status, reason: 'on script', ...(rateLimits === undefined ? {} : { rateLimits }) })

/** Fails with these errors in turn, then answers; notes when it was called. */
function failing(errors: readonly unknown[]) {
  const times: number[] = []
  const start = performance.now()
  const call = async () => {
    times.push(performance.now() - start)
    const error = errors[times.length - 1]
    if (error !== undefined) throw error
    return 'answer'
  }
  return { call, times }
}

/** Lets time pass until it ends. */
async function ending(promise: Promise<unknown>): Promise<unknown> {
  const ends: unknown[] = []
  promise.then(
    (value) => ends.push(value),
    (error) => ends.push(error),
  )
  while (ends.length === 0) await vi.advanceTimersByTimeAsync(100)
  return ends[0]
}

describe('withRetries', () => {
  test('it retries temporary failures, with growing and bounded delays', async () => {
    const { call, times } = failing([answer(500), answer(502), answer(500)])
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    expect(await ending(withRetries(policy, undefined, call))).toBe('answer')
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    for (const [turn, wait] of waits.entries()) {
      expect(wait).toBeGreaterThan(100 * 2 ** turn * 0.9)
      expect(wait).toBeLessThanOrEqual(100 * 2 ** turn + 1)
    }
  })

  test('the wait is drawn from its whole range', async () => {
    const { call, times } = failing([answer(500)])
    vi.spyOn(Math, 'random').mockReturnValue(0)
    await ending(withRetries(policy, undefined, call))
    expect(times[1]).toBeLessThanOrEqual(1)
  })

  test.each([
    answer(400),
    answer(401),
    answer(402),
    answer(403),
    answer(404),
    maestroError('MAESTRO_SERVING_ABORTED', { serving: 'm' }),
    new TypeError('a fault of ours'),
  ])('%s is not tried again', async (error) => {
    const { call, times } = failing([error])
    expect(await ending(withRetries(policy, undefined, call))).toBe(error)
    expect(times).toHaveLength(1)
  })

  test('it retries as often as allowed, and no more', async () => {
    const last = answer(500)
    const { call, times } = failing([answer(500), answer(500), answer(500), last, answer(500)])
    expect(await ending(withRetries(policy, undefined, call))).toBe(last)
    expect(times).toHaveLength(4)
    const none = failing([last])
    expect(await ending(withRetries({ ...policy, retries: 0 }, undefined, none.call))).toBe(last)
  })

  test('a complete reply that is not an answer is asked for three times at most', async () => {
    const last = maestroError('MAESTRO_SERVING_UNEXPECTED_REPLY', { serving: 'm', reason: 'it has no answer' })
    const { call, times } = failing([last, last, last, last])
    expect(await ending(withRetries({ ...policy, retries: 9 }, undefined, call))).toBe(last)
    expect(times).toHaveLength(3)
    const fewer = failing([last, last, last])
    expect(await ending(withRetries({ ...policy, retries: 1 }, undefined, fewer.call))).toBe(last)
    expect(fewer.times).toHaveLength(2)
  })

  test.each([429, 503])('status %i is waited for and counts against no number of tries', async (status) => {
    const { call, times } = failing(Array.from({ length: 10 }, () => answer(status, { retryAfterMs: 1000 })))
    expect(await ending(withRetries(policy, undefined, call))).toBe('answer')
    for (let turn = 1; turn <= 10; turn++) {
      const wait = (times[turn] ?? 0) - (times[turn - 1] ?? 0)
      expect(wait).toBeGreaterThanOrEqual(1000)
      expect(wait).toBeLessThanOrEqual(1101)
    }
  })

  test('whatever a provider advises, the waits grow and the requests are bounded', async () => {
    const { call, times } = failing(Array.from({ length: 200 }, () => answer(429, { retryAfterMs: 0 })))
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    expect(await ending(withRetries({ ...policy, total: 1e9 }, undefined, call))).toMatchObject({
      code: 'MAESTRO_SERVING_RATE_LIMITED',
    })
    expect(times).toHaveLength(100)
    expect((times[20] ?? 0) - (times[19] ?? 0)).toBeGreaterThan(2000)
    expect(times.filter((time) => time < 8000).length).toBeLessThan(25)
  })

  test('the time in the queue does not count', async () => {
    let turn = 0
    const call = async (queued: (milliseconds: number) => void) => {
      await new Promise((resolve) => setTimeout(resolve, 400_000))
      queued(400_000)
      if (turn++ < 3) throw answer(429)
      return 'answer'
    }
    expect(await ending(withRetries(policy, undefined, call))).toBe('answer')
  })

  test('failures of a provider that is down are not counted', async () => {
    const provider = { isOut: true, sendsMisfits: false, check: vi.fn() }
    const { call, times } = failing(Array.from({ length: 8 }, () => answer(500)))
    expect(await ending(withRetries(policy, undefined, call, provider))).toBe('answer')
    expect(times).toHaveLength(9)
    expect(provider.check).toHaveBeenCalledTimes(8)
  })

  test('not beyond the deadline: a wait that would pass it is not begun', async () => {
    const last = answer(429, { retryAfterMs: 400 })
    const { call, times } = failing([answer(429, { retryAfterMs: 400 }), answer(429, { retryAfterMs: 400 }), last])
    expect(await ending(withRetries({ retries: 9, total: 1000 }, undefined, call))).toBe(last)
    expect(times.at(-1)).toBeLessThan(1000)
    const long = answer(429, { retryAfterMs: 2 ** 40 })
    expect(await ending(withRetries(policy, undefined, failing([long]).call))).toBe(long)
  })

  test('a clock on the wall that jumps changes nothing', async () => {
    const { call, times } = failing([answer(429, { retryAfterMs: 5000 })])
    const made = withRetries(policy, undefined, call)
    await vi.advanceTimersByTimeAsync(10)
    vi.setSystemTime(Date.now() + 86_400_000)
    expect(await ending(made)).toBe('answer')
    expect(times[1]).toBeGreaterThanOrEqual(5000)
  })

  test('a signal that fires while it waits ends it with the error that it waits for', async () => {
    const stop = new AbortController()
    const error = answer(429, { retryAfterMs: 60_000 })
    const { call, times } = failing([error])
    const made = ending(withRetries(policy, stop.signal, call))
    stop.abort()
    expect(await made).toBe(error)
    expect(times).toHaveLength(1)
  })

  test('a signal that fired during the call means no other try', async () => {
    const stop = new AbortController()
    const error = answer(500)
    const made = withRetries(policy, stop.signal, async () => {
      stop.abort()
      throw error
    })
    expect(await ending(made)).toBe(error)
  })

  test('a time-out may pass too', async () => {
    const code: CoreErrorCode = 'MAESTRO_SERVING_TIMEOUT'
    const { call } = failing([maestroError(code, { serving: 'm', milliseconds: 5 })])
    expect(await ending(withRetries(policy, undefined, call))).toBe('answer')
  })
})
