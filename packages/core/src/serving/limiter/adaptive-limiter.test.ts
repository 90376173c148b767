import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { maestroError } from '../../errors/error-table.js'
import { answered, failed, refused } from './__fixtures__/outcomes.js'
import { simulate } from './__fixtures__/simulate.js'
import { Account } from './account.js'
import { AdaptiveLimiter } from './adaptive-limiter.js'
import type { CallOutcome, LimiterState, Permit } from './limiter.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function limiterWith(limits: Parameters<AdaptiveLimiter['limit']>[0] = {}): AdaptiveLimiter {
  const limiter = new AdaptiveLimiter(new Account())
  limiter.limit(limits)
  return limiter
}

/** What has been let go, in order, of calls that wait side by side. */
function waitAll(limiter: AdaptiveLimiter, count: number): { readonly order: number[]; readonly permits: Permit[] } {
  const order: number[] = []
  const permits: Permit[] = []
  for (let call = 0; call < count; call++)
    void limiter.acquire(0).then((permit) => {
      order.push(call)
      permits.push(permit)
    })
  return { order, permits }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe('a set limit', () => {
  test('of concurrency is used from the start, first come, first served', async () => {
    const { order, permits } = waitAll(limiterWith({ concurrency: 3 }), 6)
    await settle()
    expect(order).toEqual([0, 1, 2])
    permits[1]?.release(answered())
    permits[1]?.release(answered())
    await settle()
    // A permit counts once, however often it is released.
    expect(order).toEqual([0, 1, 2, 3])
  })

  test('of requests by the minute is paced from the first', async () => {
    const { order } = waitAll(limiterWith({ requestsPerMinute: 60, concurrency: 100 }), 10)
    await settle()
    expect(order).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(5100)
    expect(order).toHaveLength(6)
  })

  test('a limit of tokens per minute holds by the actual usage of calls', async () => {
    const limiter = limiterWith({ tokensPerMinute: 60_000, concurrency: 100 })
    const permit = await limiter.acquire(30_000)
    const next = vi.fn()
    void limiter.acquire(30_000).then(next)
    await vi.advanceTimersByTimeAsync(1000)
    expect(next).not.toHaveBeenCalled()
    permit.release(answered(1000, 1000))
    await vi.advanceTimersByTimeAsync(100)
    expect(next).toHaveBeenCalled()
  })

  test('no timer runs for calls that wait for another one to end, and one timer for calls that wait for time', async () => {
    const limiter = limiterWith({ concurrency: 1 })
    waitAll(limiter, 50)
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    limiter.limit({ concurrency: 100, requestsPerMinute: 1 })
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe('who waits', () => {
  test('may be aborted, and does not delay the next one', async () => {
    const limiter = limiterWith({ concurrency: 1 })
    const first = await limiter.acquire(0)
    const stop = new AbortController()
    const second = limiter.acquire(0, stop.signal)
    const third = vi.fn()
    void limiter.acquire(0).then(third)
    const reason = new DOMException('enough', 'AbortError')
    stop.abort(reason)
    await expect(second).rejects.toBe(reason)
    expect(limiter.state.waiting).toBe(1)
    first.release(answered())
    await settle()
    expect(third).toHaveBeenCalled()
  })

  test('is not let in when the signal has fired before', async () => {
    const limiter = limiterWith({ concurrency: 1 })
    await expect(limiter.acquire(0, AbortSignal.abort('stopped'))).rejects.toBe('stopped')
    expect(limiter.state).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  test('keeps a permit that came before the signal fired', async () => {
    const limiter = limiterWith({ concurrency: 1 })
    const stop = new AbortController()
    await limiter.acquire(0, stop.signal)
    stop.abort()
    expect(limiter.state).toMatchObject({ inFlight: 1 })
  })

  test('leaves no timer behind when all have given up', async () => {
    const limiter = limiterWith({ requestsPerMinute: 1 })
    await limiter.acquire(0)
    const stop = new AbortController()
    const waiting = limiter.acquire(0, stop.signal)
    stop.abort('stopped')
    await expect(waiting).rejects.toBe('stopped')
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** So many calls at once are refused: none of them is let in. */
async function refuseAll(limiter: AdaptiveLimiter, outcome: CallOutcome, calls = 24): Promise<void> {
  const { permits } = waitAll(limiter, calls)
  await settle()
  await vi.advanceTimersByTimeAsync(1)
  for (const permit of permits) permit.release(outcome)
}

describe('an account that refuses', () => {
  test('is left in peace by all its models, and they do not burst after it', async () => {
    const account = new Account()
    const [one, other] = [new AdaptiveLimiter(account), new AdaptiveLimiter(account)]
    one.limit({ concurrency: 50 })
    other.limit({ concurrency: 50 })
    await refuseAll(one, refused(7000))
    const ours = waitAll(one, 40)
    const siblings = waitAll(other, 5)
    await vi.advanceTimersByTimeAsync(6998)
    expect([ours.order, siblings.order]).toEqual([[], []])
    expect(other.state.coolDownMs).toBe(2)
    await vi.advanceTimersByTimeAsync(2)
    expect(siblings.order).toHaveLength(5)
    expect(ours.order.length).toBeGreaterThan(0)
    expect(ours.order.length).toBeLessThanOrEqual(24)
  })

  test.each([
    'MAESTRO_SERVING_RATE_LIMITED',
    'MAESTRO_SERVING_OVERLOADED',
    'MAESTRO_SERVING_SERVER',
    'MAESTRO_SERVING_CONNECTION',
  ] as const)(
    'with %s and no time is left in peace for a while, and longer when its probes are refused',
    async (code) => {
      const limiter = limiterWith({ concurrency: 50 })
      await refuseAll(limiter, failed(code))
      const { order, permits } = waitAll(limiter, 40)
      const untilNext = async (calls: number) => {
        for (let ms = 1; ; ms++) {
          await vi.advanceTimersByTimeAsync(1)
          if (order.length > calls) return ms
        }
      }
      const first = await untilNext(0)
      expect(first).toBeGreaterThanOrEqual(75)
      expect(first).toBeLessThanOrEqual(100)
      expect(order).toHaveLength(4)
      for (const permit of permits) permit.release(failed(code))
      expect(await untilNext(4)).toBeGreaterThanOrEqual(97)
      expect(order).toHaveLength(6)
    },
  )

  test('a refusal among answers is that call’s own', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    for (let call = 0; call < 100; call++)
      (await limiter.acquire(0)).release(call % 5 === 0 ? refused(60_000) : answered())
    expect(limiter.state.coolDownMs).toBeUndefined()
    expect(limiter.state.requestsPerMinute).toBeUndefined()
  })

  test('an answer to a call that was sent later ends it', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    const { permits } = waitAll(limiter, 25)
    await settle()
    for (const permit of permits.slice(0, 24)) permit.release(refused(60_000))
    expect(limiter.state.coolDownMs).toBe(60_000)
    permits[24]?.release(answered())
    expect(limiter.state.coolDownMs).toBeUndefined()
  })

  test('for longer than a timer can hold is waited for', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    await refuseAll(limiter, refused(2 ** 32))
    const { order } = waitAll(limiter, 1)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(order).toEqual([])
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2)
  })

  test('reports since when it waits, and all waiting calls can be refused at once', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    const since = Date.now()
    await refuseAll(limiter, failed('MAESTRO_SERVING_OVERLOADED'))
    const waiting = Promise.allSettled([limiter.acquire(0), limiter.acquire(0)])
    await vi.advanceTimersByTimeAsync(50)
    expect(limiter.failing()).toMatchObject({ failures: 24, reason: 'simulated is overloaded: on script' })
    expect(limiter.failing()?.since).toBeLessThanOrEqual(since + 1)
    const error = maestroError('MAESTRO_SERVING_OVERLOADED', { serving: 'm', reason: 'gone' })
    limiter.giveUp(error)
    expect(await waiting).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ])
    await vi.advanceTimersByTimeAsync(5000)
    ;(await limiter.acquire(0)).release(answered())
    expect(limiter.failing()).toBeUndefined()
  })

  test('with the words of its headers is obeyed', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    const rateLimits = { requests: { limit: 60, remaining: 0, resetMs: 60_000 } }
    ;(await limiter.acquire(0)).release({ ...answered(), rateLimits })
    const { order } = waitAll(limiter, 5)
    await vi.advanceTimersByTimeAsync(999)
    expect(order).toEqual([])
    await vi.advanceTimersByTimeAsync(2001)
    expect(order).toHaveLength(3)
  })

  test('what its headers say is not waited for longer than a minute or than a call may take', async () => {
    for (const total of [1_800_000, 3000]) {
      const limiter = new AdaptiveLimiter(new Account())
      limiter.limit({ concurrency: 50 }, total)
      const rateLimits = { requests: { limit: 60, remaining: 0, resetMs: 86_400_000 } }
      ;(await limiter.acquire(0)).release({ ...answered(), rateLimits })
      const { order, permits } = waitAll(limiter, 5)
      const longest = Math.min(60_000, total)
      await vi.advanceTimersByTimeAsync(longest - 1)
      expect(order).toEqual([])
      expect(limiter.state.coolDownMs).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1)
      expect(order).toEqual([0])
      // It is answered all the same: what is told is not true.
      permits[0]?.release({ ...answered(), rateLimits })
      await settle()
      expect(order).toEqual([0, 1, 2, 3, 4])
    }
  })

  test('a clock on the wall that jumps changes nothing', async () => {
    const limiter = limiterWith({ concurrency: 50 })
    await refuseAll(limiter, refused(7000))
    const { order } = waitAll(limiter, 1)
    vi.setSystemTime(Date.now() + 86_400_000)
    await vi.advanceTimersByTimeAsync(6998)
    expect(order).toEqual([])
    vi.setSystemTime(0)
    await vi.advanceTimersByTimeAsync(2)
    expect(order).toEqual([0])
  })
})

describe('the state', () => {
  test('is reported when it changes, at most a few times a second, including the last state', async () => {
    const limiter = limiterWith({ concurrency: 8, requestsPerMinute: 600 })
    const states: LimiterState[] = []
    const stop = limiter.observe((state) => states.push(state))
    const { permits } = waitAll(limiter, 8)
    await vi.advanceTimersByTimeAsync(1000)
    expect(states.length).toBeGreaterThan(2)
    expect(states.length).toBeLessThanOrEqual(5)
    for (const permit of permits) permit.release(answered())
    await vi.advanceTimersByTimeAsync(1000)
    expect(states.at(-1)).toEqual({ concurrency: 8, inFlight: 0, waiting: 0, requestsPerMinute: 600 })
    stop()
    const told = states.length
    ;(await limiter.acquire(0)).release(answered())
    await vi.advanceTimersByTimeAsync(1000)
    expect(states).toHaveLength(told)
  })

  test('a listener that throws gets no more of it, and the calls go on', async () => {
    const limiter = limiterWith({ concurrency: 1 })
    const listener = vi.fn(() => {
      throw new TypeError('no')
    })
    limiter.observe(listener)
    ;(await limiter.acquire(0)).release(answered())
    await vi.advanceTimersByTimeAsync(1000)
    ;(await limiter.acquire(0)).release(answered())
    expect(listener).toHaveBeenCalledTimes(1)
  })
})

describe('whatever happens', () => {
  const outcome = fc.oneof(
    { weight: 6, arbitrary: fc.constant(answered()) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3000 }).map(refused) },
    { weight: 1, arbitrary: fc.constant(failed('MAESTRO_SERVING_SERVER')) },
    { weight: 1, arbitrary: fc.constant(failed('MAESTRO_SERVING_OVERLOADED')) },
    { weight: 1, arbitrary: fc.constant(failed('MAESTRO_SERVING_CONNECTION')) },
  )
  const call = fc.record({
    comesAfter: fc.integer({ min: 0, max: 400 }),
    takes: fc.integer({ min: 0, max: 2000 }),
    outcome,
    givesUpAfter: fc.option(fc.integer({ min: 0, max: 5000 }), { freq: 4 }),
  })

  test('the limits of concurrent calls and calls per minute hold, in order, and no call is forgotten', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: 5, max: 400 })),
      fc.array(call, { minLength: 1, maxLength: 40 }),
      async (concurrency, perMinute, calls) => {
        const limiter = limiterWith({ concurrency, ...(perMinute === null ? {} : { requestsPerMinute: perMinute }) })
        let inFlight = 0
        let sent: number[] = []
        const order: number[] = []
        const left = new Set<number>()
        const use = async (index: number, takes: number, outcome: CallOutcome, stop: AbortController) => {
          const permit = await limiter.acquire(0, stop.signal)
          order.push(index)
          sent.push(performance.now())
          expect(++inFlight).toBeLessThanOrEqual(concurrency)
          await new Promise((resolve) => setTimeout(resolve, takes))
          inFlight--
          permit.release(outcome)
        }
        const ends: Promise<unknown>[] = []
        for (const [index, { comesAfter, takes, outcome, givesUpAfter }] of calls.entries()) {
          await vi.advanceTimersByTimeAsync(comesAfter)
          const stop = new AbortController()
          if (givesUpAfter !== null) setTimeout(() => stop.abort('gave up'), givesUpAfter)
          ends.push(
            use(index, takes, outcome, stop).catch((reason) => {
              expect(reason).toBe('gave up')
              left.add(index)
            }),
          )
        }
        await vi.advanceTimersByTimeAsync(3_600_000)
        await Promise.all(ends)
        expect(order).toEqual(calls.map((_, index) => index).filter((index) => !left.has(index)))
        expect(limiter.state).toMatchObject({ inFlight: 0, waiting: 0 })
        expect(vi.getTimerCount()).toBe(0)
        if (perMinute === null) return
        for (const from of sent) {
          const window = sent.filter((time) => time >= from && time < from + 60_000)
          expect(window.length).toBeLessThanOrEqual(perMinute)
        }
        sent = []
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})

describe('against a simulated provider', () => {
  test('a fast one without limits is filled within two seconds', async () => {
    const { answered } = await simulate(limiterWith(), { latencyMs: 200 }, 3000)
    const inThirdSecond = answered.filter((time) => time >= 2000 && time < 3000).length
    expect(inThirdSecond).toBeGreaterThan(64 * 5)
  })

  test('a hundred calls to a fast one without limits take two rounds, as in a loop 64 wide', async () => {
    const { answered, mostAtOnce } = await simulate(limiterWith(), { latencyMs: 200 }, 100)
    expect(mostAtOnce).toBe(64)
    expect(answered.at(-1)).toBeLessThan(2 * 200 + 50)
  })

  test('a hundred calls do not join while the first ones are refused', async () => {
    const { mostAtOnce } = await simulate(limiterWith(), { latencyMs: 200, unlucky: (call) => call === 3 }, 100)
    expect(mostAtOnce).toBeLessThanOrEqual(48)
  })

  test('one that works on one call at a time is not flooded and not left idle', async () => {
    const { answered, mostAtOnce } = await simulate(limiterWith(), { latencyMs: 500, slots: 1 }, 100)
    expect(mostAtOnce).toBeLessThanOrEqual(64)
    expect(answered.at(-1)).toBeLessThan(100 * 500 * 1.02)
  })

  test('a hidden limit of 50 a second is used, little is wasted, bad luck is not taken for a limit', async () => {
    const provider = { latencyMs: 200, perSecond: 50, unlucky: (call: number) => call % 20 === 7 }
    const calls = 2000
    const { answered, refused } = await simulate(limiterWith({ concurrency: 64 }), provider, calls)
    const ideal = ((calls - 50) / 50) * 1000 + 200
    expect((answered.at(-1) ?? 0) / ideal).toBeLessThan(1.15)
    expect(refused - calls / 20).toBeLessThan(100)
  })

  test('bad luck alone does not slow it down', async () => {
    const unlucky = (call: number) => call % 20 === 7
    const lucky = await simulate(limiterWith({ concurrency: 64 }), { latencyMs: 200 }, 4000)
    const other = await simulate(limiterWith({ concurrency: 64 }), { latencyMs: 200, unlucky }, 4000)
    // A refused call waits a second by itself, and the last may be one.
    expect(other.answered.at(-1)).toBeLessThan((lucky.answered.at(-1) ?? 0) * 1.05 + 1500)
  })
})
