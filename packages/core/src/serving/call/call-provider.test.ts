import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ServingBase } from '../../contracts/serving.js'
import type { Budgets, ServingSettings } from '../../contracts/serving-settings.js'
import { servingError } from '../../provider/serving-error.js'
import { unexpectedReply, unreadableReply } from '../../provider/unexpected-reply.js'
import { BudgetKeeper } from '../budget/budgets.js'
import type { Limiter } from '../limiter/limiter.js'
import { joinLimiter } from '../limiter/shared-limiters.js'
import { resolveSettings } from '../serving-settings.js'
import { UsageRecord } from '../usage-record.js'
import { type CallPath, callProvider, type Metered } from './call-provider.js'
import { MisfitStreak } from './misfit-streak.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const serving: ServingBase & { readonly kind: 'llm' } = { kind: 'llm', name: 'm', price: { input: 1, output: 2 } }
const usage = { inputTokens: 1000, outputTokens: 500 }
const answer: Metered = { usage }

function pathWith(settings: ServingSettings = {}, budgets: Budgets = {}): CallPath & { readonly limiter: Limiter } {
  const resolved = resolveSettings(serving, settings)
  const { limiter } = joinLimiter({
    account: undefined,
    model: 'm',
    limits: resolved.limits,
    total: resolved.timeouts.total,
  })
  return {
    serving,
    name: 'm',
    settings: resolved,
    limiter,
    misfits: new MisfitStreak(),
    budgets: new BudgetKeeper(budgets),
  }
}

function call(path: CallPath, ask: () => Promise<Metered>, signal?: AbortSignal, run = 'r') {
  const options = { run, step: 's', ...(signal === undefined ? {} : { signal }) }
  const record = new UsageRecord(serving, options, path.settings.price)
  const made = callProvider(path, { options, record, estimate: () => ({ input: 2000, output: 1000 }), ask })
  made.catch(() => undefined)
  return { made, record }
}

const failure = (status: number) => servingError('m', { status, reason: 'on script' })

/** Fails in turn, then answers. */
function failing(...errors: readonly unknown[]) {
  let turn = 0
  return vi.fn(async () => {
    const error = errors[turn++]
    if (error !== undefined) throw error
    return answer
  })
}

async function failingAlways(): Promise<Metered> {
  throw failure(503)
}

describe('callProvider', () => {
  test('the actual usage, and not the reserved one, is recorded and settled with the budget', async () => {
    // What is reserved is 4000 millionths of a dollar, what is taken 2000.
    const path = pathWith({}, { run: { usd: 0.0061 } })
    const { made, record } = call(path, failing())
    expect(await made).toBe(answer)
    expect(record).toMatchObject({ usage, cost: 0.002, tries: 1 })
    await call(path, failing()).made
    await expect(call(path, failing()).made).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED' })
  })

  test('calls side by side do not pass the budget together', async () => {
    const path = pathWith({ limits: { concurrency: 10 } }, { run: { tokens: 3500 } })
    const ask = failing()
    const calls = [call(path, ask), call(path, ask), call(path, ask)]
    const ends = await Promise.allSettled(calls.map(({ made }) => made))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(ask).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['answers', failing(), 'MAESTRO_OK'],
    ['refuses for good', failing(failure(401)), 'MAESTRO_SERVING_AUTHENTICATION'],
    ['throws what it likes', failing(new TypeError('no')), 'MAESTRO_SERVING_FAILED'],
    ['fails as often as is tried', failing(failure(500), failure(500)), 'MAESTRO_SERVING_SERVER'],
  ])('the permit is given back when it %s', async (_, ask, code) => {
    const path = pathWith({ retries: 1 })
    const { made } = call(path, ask)
    const end = made.then(
      () => 'MAESTRO_OK',
      (error) => error.code,
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await end).toBe(code)
    expect(path.limiter.state).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  test('each try goes through budget and limiter anew, and each failed one is a request', async () => {
    const path = pathWith({ limits: { concurrency: 1 } }, { run: { requests: 3 } })
    const { made, record } = call(path, failing(failure(500), failure(500)))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await made).toBe(answer)
    expect(record.tries).toBe(3)
    await expect(call(path, failing()).made).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED' })
  })

  test('while one waits to try again, another may go', async () => {
    const path = pathWith({ limits: { concurrency: 1 } })
    const first = call(path, failing(failure(500)))
    await vi.advanceTimersByTimeAsync(0)
    expect(await call(path, failing()).made).toBe(answer)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await first.made).toBe(answer)
  })

  test('one that is stopped while it waits for its turn reserves and takes nothing', async () => {
    const path = pathWith({ limits: { concurrency: 1 } }, { run: { requests: 2 } })
    const open = await path.limiter.acquire(0)
    const stop = new AbortController()
    const ask = failing()
    const { made, record } = call(path, ask, stop.signal)
    await vi.advanceTimersByTimeAsync(0)
    stop.abort(new TypeError('enough'))
    await expect(made).rejects.toThrow('enough')
    expect([ask.mock.calls.length, record.tries]).toEqual([0, 0])
    open.release({ durationMs: 1, tokens: 0 })
    await call(path, failing()).made
    await call(path, failing()).made
    await expect(call(path, failing()).made).rejects.toMatchObject({ code: 'MAESTRO_BUDGET_REACHED' })
  })

  test('one that is stopped while it is made frees its place at once', async () => {
    const path = pathWith({ limits: { concurrency: 1 } })
    const stop = new AbortController()
    const { made } = call(path, () => new Promise(() => undefined), stop.signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(path.limiter.state.inFlight).toBe(1)
    stop.abort()
    await expect(made).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect(path.limiter.state.inFlight).toBe(0)
  })

  test('the limiter hears of refusals and of tokens', async () => {
    const path = pathWith({ limits: { concurrency: 40, tokensPerMinute: 6_000_000 } })
    const refusal = servingError('m', { status: 429, reason: 'no', rateLimits: { retryAfterMs: 3000 } })
    const calls = Array.from({ length: 20 }, () => call(path, failing(refusal)))
    await vi.advanceTimersByTimeAsync(0)
    expect(path.limiter.state.coolDownMs).toBe(3000)
    await vi.advanceTimersByTimeAsync(10_000)
    for (const { made } of calls) expect(await made).toBe(answer)
  })

  test.each([
    ['a minute', {}, 60_000],
    ['what a call may take', { timeout: { total: 3000 } }, 3000],
  ])('a wait for a limit that is told to last a day is reported, and is at most %s', async (_, settings, longest) => {
    const path = pathWith({ limits: { concurrency: 1 }, ...settings })
    const requests = { limit: 10, remaining: 0, resetMs: 86_400_000 }
    const states: (number | undefined)[] = []
    const stop = path.limiter.observe(({ coolDownMs }) => states.push(coolDownMs))
    await call(path, async () => ({ ...answer, rateLimits: { requests } })).made
    expect(path.limiter.state.coolDownMs).toBe(longest)
    const ask = failing()
    const { made } = call(path, ask)
    await vi.advanceTimersByTimeAsync(longest - 10)
    expect(ask).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(20)
    expect(await made).toBe(answer)
    // The progress line shows each state.
    expect(states.some((coolDownMs) => coolDownMs !== undefined && coolDownMs > 0.9 * longest)).toBe(true)
    stop()
    await vi.advanceTimersByTimeAsync(1000)
  })

  test('a provider that answers nothing but failures ends all its calls within a bounded time', async () => {
    const path = pathWith({ limits: { concurrency: 20 } })
    // It was there.
    await call(path, failing()).made
    const since = Date.now()
    const ask = vi.fn(async () => {
      throw failure(503)
    })
    const ends = Promise.allSettled(Array.from({ length: 100 }, () => call(path, ask).made))
    let end: number | undefined
    void ends.then(() => {
      end = Date.now()
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(end).toBeUndefined()
    expect(path.limiter.state.failing).toMatchObject({ reason: 'm is overloaded: on script' })
    await vi.advanceTimersByTimeAsync(80_000)
    expect((end ?? Number.POSITIVE_INFINITY) - since).toBeLessThan(135_000)
    for (const result of await ends)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'MAESTRO_SERVING_UNAVAILABLE',
          stopsRun: true,
          details: { since: new Date(since).toISOString(), reason: 'm is overloaded: on script' },
        },
      })
    expect(ask.mock.calls.length).toBeLessThan(300)
    // It is back.
    const { made } = call(path, failing())
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await made).toBe(answer)
  })

  test('the failures of an earlier run do not count', async () => {
    const path = pathWith({ limits: { concurrency: 20 }, timeout: { outage: 1000 } })
    await call(path, failing()).made
    const outage = Promise.allSettled(Array.from({ length: 20 }, () => call(path, failingAlways).made))
    await vi.advanceTimersByTimeAsync(60_000)
    for (const end of await outage) expect(end).toMatchObject({ reason: { code: 'MAESTRO_SERVING_UNAVAILABLE' } })
    const { made } = call(path, failing(failure(503)), undefined, 'later')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await made).toBe(answer)
  })

  test('one that asks all calls to wait for longer than they may is not waited for', async () => {
    const path = pathWith({ limits: { concurrency: 20 } })
    const refusal = servingError('m', { status: 429, reason: 'no', rateLimits: { retryAfterMs: 7_200_000 } })
    const ask = vi.fn(async () => {
      throw refusal
    })
    const ends = Promise.allSettled(Array.from({ length: 100 }, () => call(path, ask).made))
    await vi.advanceTimersByTimeAsync(0)
    const last = (await ends).at(-1)
    expect(last).toMatchObject({
      reason: { code: 'MAESTRO_SERVING_UNAVAILABLE', details: { reason: refusal.message } },
    })
    expect(ask.mock.calls.length).toBeLessThan(40)
  })

  test('one that sends nothing but replies that are no answers is asked once by each further call, until it answers', async () => {
    const path = pathWith()
    let isSound = false
    const ask = vi.fn(async () => {
      if (isSound) return answer
      throw unexpectedReply('m', 'no JSON')
    })
    const ends = Promise.allSettled(Array.from({ length: 100 }, () => call(path, ask).made))
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await ends).every(({ status }) => status === 'rejected')).toBe(true)
    expect(ask.mock.calls.length).toBeLessThan(120)
    isSound = true
    const { made } = call(path, ask)
    await vi.advanceTimersByTimeAsync(10)
    expect(await made).toBe(answer)
    isSound = false
    ask.mockClear()
    const last = Promise.allSettled([call(path, ask).made])
    await vi.advanceTimersByTimeAsync(60_000)
    await last
    expect(ask).toHaveBeenCalledTimes(3)
  })

  test('an address that sends pages from the beginning is no API, which the first call says and which stops the run', async () => {
    const path = pathWith()
    const page = async () => {
      throw unreadableReply('m', '<html><title>Sign in</title></html>', 'text/html')
    }
    const ask = vi.fn(page)
    const { made } = call(path, ask)
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(made).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_NOT_FOUND',
      stopsRun: true,
      hint: expect.stringContaining('baseUrl'),
      message: expect.stringContaining('Sign in'),
    })
    expect(ask).toHaveBeenCalledTimes(3)
  })

  test('a page after an answer is a fault of the moment', async () => {
    const path = pathWith()
    await call(path, async () => answer).made
    const { made } = call(
      path,
      vi.fn(async () => {
        throw unreadableReply('m', '<html>Bad gateway</html>', 'text/html')
      }),
    )
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(made).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY', stopsRun: false })
  })
})
