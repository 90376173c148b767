import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallOptions } from '../../contracts/serving.js'
import { attempt } from './attempt.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  // Whatever happened, nothing is left behind.
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const never = () => new Promise<never>(() => undefined)
const limits = (timeouts: { attempt: number; firstByte?: number; stall?: number }, signal?: AbortSignal) => ({
  serving: 'm',
  timeouts,
  signal,
})

/** How a promise ends, without waiting for it. */
function ending(promise: Promise<unknown>): unknown[] {
  const ends: unknown[] = []
  promise.then(
    (value) => ends.push(value),
    (error) => ends.push(error),
  )
  return ends
}

describe('attempt', () => {
  test('gives the result, and the provider its signal and time', async () => {
    let given: CallOptions = {}
    const result = await attempt(limits({ attempt: 50 }), { step: 's' }, async (options) => {
      given = options
      return 'answer'
    })
    expect(result).toBe('answer')
    expect(given).toMatchObject({ step: 's', timeout: 50, signal: { aborted: false } })
    expect(given.onActivity).toBeUndefined()
  })

  test('a provider that ignores its signal is left behind when its time is over', async () => {
    let given: CallOptions = {}
    const ends = ending(
      attempt(limits({ attempt: 50 }), {}, (options) => {
        given = options
        return never()
      }),
    )
    await vi.advanceTimersByTimeAsync(49)
    expect(ends).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(ends).toMatchObject([{ code: 'MAESTRO_SERVING_TIMEOUT', retryable: true, details: { milliseconds: 50 } }])
    expect(given.signal?.reason).toBe(ends[0])
  })

  test('an answer that comes too late changes nothing', async () => {
    const ends = ending(
      attempt(limits({ attempt: 50 }), {}, () => new Promise((resolve) => setTimeout(resolve, 100, 'late'))),
    )
    await vi.advanceTimersByTimeAsync(100)
    expect(ends).toMatchObject([{ code: 'MAESTRO_SERVING_TIMEOUT' }])
  })

  test('nothing for too long at first, or between two pieces', async () => {
    const timeouts = { attempt: 10_000, firstByte: 100, stall: 30 }
    const silent = ending(attempt(limits(timeouts), {}, never))
    let piece: (() => void) | undefined
    const stalled = ending(
      attempt(limits(timeouts), {}, ({ onActivity }) => {
        piece = onActivity
        return never()
      }),
    )
    await vi.advanceTimersByTimeAsync(90)
    piece?.()
    await vi.advanceTimersByTimeAsync(10)
    expect(silent).toMatchObject([{ code: 'MAESTRO_SERVING_TIMEOUT', details: { milliseconds: 100 } }])
    await vi.advanceTimersByTimeAsync(15)
    piece?.()
    await vi.advanceTimersByTimeAsync(29)
    expect(stalled).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(stalled).toMatchObject([{ code: 'MAESTRO_SERVING_TIMEOUT', details: { milliseconds: 30 } }])
    // A piece that comes after the end sets no timer.
    piece?.()
  })

  test('the first piece may take its time where only stalls are bounded', async () => {
    const ends = ending(
      attempt(limits({ attempt: 1000, stall: 30 }), {}, ({ onActivity }) => {
        setTimeout(() => onActivity?.(), 500)
        return new Promise((resolve) => setTimeout(resolve, 520, 'answer'))
      }),
    )
    await vi.advanceTimersByTimeAsync(520)
    expect(ends).toEqual(['answer'])
  })

  test('the signal stops it at once, and the provider hears of it', async () => {
    const stop = new AbortController()
    let given: CallOptions = {}
    const ends = ending(
      attempt(limits({ attempt: 50 }, stop.signal), {}, (options) => {
        given = options
        return never()
      }),
    )
    stop.abort(new TypeError('enough'))
    await vi.advanceTimersByTimeAsync(0)
    expect(ends).toMatchObject([{ code: 'MAESTRO_SERVING_ABORTED', cause: { message: 'enough' }, retryable: false }])
    expect(given.signal?.aborted).toBe(true)
  })

  test('nothing is asked when the signal has fired before', async () => {
    const call = vi.fn(never)
    const made = attempt(limits({ attempt: 50 }, AbortSignal.abort()), {}, call)
    await expect(made).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect(call).not.toHaveBeenCalled()
  })

  test.each([
    ['rejects', () => Promise.reject(new TypeError('no'))],
    [
      'throws at once',
      () => {
        throw new TypeError('no')
      },
    ],
  ])('a provider that %s gives a typed error', async (_, call) => {
    const made = attempt(limits({ attempt: 50 }), {}, call)
    await expect(made).rejects.toMatchObject({ code: 'MAESTRO_SERVING_FAILED', cause: { message: 'no' } })
  })

  test('a time that a timer cannot hold does not cause a time-out', async () => {
    const ends = ending(
      attempt(limits({ attempt: 2 ** 40 }), {}, () => new Promise((resolve) => setTimeout(resolve, 1000, 'answer'))),
    )
    await vi.advanceTimersByTimeAsync(1000)
    expect(ends).toEqual(['answer'])
  })
})
