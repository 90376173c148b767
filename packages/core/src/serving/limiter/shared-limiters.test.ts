import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { answered, refused } from './__fixtures__/outcomes.js'
import { joinLimiter } from './shared-limiters.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

let accounts = 0
const newAccount = () => `account ${accounts++} of this test`

describe('joinLimiter', () => {
  test('servings of one account and model share one, others have their own', () => {
    const account = newAccount()
    const { limiter } = joinLimiter({ account, model: 'a', limits: {} })
    expect(joinLimiter({ account, model: 'a', limits: {} }).limiter).toBe(limiter)
    expect(joinLimiter({ account, model: 'b', limits: {} }).limiter).not.toBe(limiter)
    expect(joinLimiter({ account: newAccount(), model: 'a', limits: {} }).limiter).not.toBe(limiter)
    const alone = joinLimiter({ account: undefined, model: 'a', limits: {} })
    expect(joinLimiter({ account: undefined, model: 'a', limits: {} }).limiter).not.toBe(alone.limiter)
  })

  test('the lower of two limits holds as long as its serving exists', () => {
    const account = newAccount()
    const { limiter, leave } = joinLimiter({ account, model: 'a', limits: { concurrency: 40, requestsPerMinute: 100 } })
    const second = joinLimiter({ account, model: 'a', limits: { concurrency: 10, requestsPerMinute: 300 } })
    expect(limiter.state).toMatchObject({ concurrency: 10, requestsPerMinute: 100 })
    second.leave()
    expect(limiter.state).toMatchObject({ concurrency: 40, requestsPerMinute: 100 })
    leave()
    expect(limiter.state.requestsPerMinute).toBeUndefined()
  })

  test('an account cools down for all its models at once, and other accounts do not', async () => {
    const account = newAccount()
    const { limiter } = joinLimiter({ account, model: 'a', limits: {} })
    const sibling = joinLimiter({ account, model: 'b', limits: {} }).limiter
    const stranger = joinLimiter({ account: newAccount(), model: 'a', limits: {} }).limiter
    const early = await sibling.acquire(0)
    await vi.advanceTimersByTimeAsync(1)
    const permits = await Promise.all(Array.from({ length: 20 }, () => limiter.acquire(0)))
    await vi.advanceTimersByTimeAsync(1)
    const late = await sibling.acquire(0)
    for (const permit of permits) permit.release(refused(5000))
    expect([limiter, sibling, stranger].map(({ state }) => state.coolDownMs)).toEqual([5000, 5000, undefined])
    const waiting = vi.fn()
    void sibling.acquire(0).then(waiting)
    early.release(answered())
    await vi.advanceTimersByTimeAsync(0)
    expect(waiting).not.toHaveBeenCalled()
    // Sent after the refused ones, by the other model: that one is answered.
    late.release(answered())
    await vi.advanceTimersByTimeAsync(0)
    expect(waiting).toHaveBeenCalled()
    expect(limiter.state.coolDownMs).toBe(5000)
  })
})
