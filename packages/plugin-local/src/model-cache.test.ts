import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ModelCache } from './model-cache.js'

/** A thing that says whether it is still there, and how often such a thing was loaded. */
class Thing {
  static loads = 0
  freed = false
  constructor() {
    Thing.loads++
  }
  async dispose() {
    await Promise.resolve()
    this.freed = true
  }
}
const load = async () => new Thing()

beforeEach(() => {
  Thing.loads = 0
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('ModelCache', () => {
  test('one key is loaded once, also when it is asked for twice at once; another config is another thing', async () => {
    const cache = new ModelCache()
    const [a, b] = await Promise.all([
      cache.acquire({ name: 'm', config: { gpu: false, layers: 2 } }, load),
      cache.acquire({ name: 'm', config: { layers: 2, gpu: false } }, load),
    ])
    const c = await cache.acquire({ name: 'm', config: { gpu: true, layers: 2 } }, load)
    expect(a.value).toBe(b.value)
    expect(c.value).not.toBe(a.value)
    expect(Thing.loads).toBe(2)
  })

  test('an unused model is freed after the idle time and not before, and a used one stays', async () => {
    const cache = new ModelCache({ keepAlive: 1000 })
    const first = await cache.acquire({ name: 'm' }, load)
    const second = await cache.acquire({ name: 'm' }, load)
    first.release()
    first.release()
    await vi.advanceTimersByTimeAsync(5000)
    expect(first.value.freed).toBe(false)
    second.release()
    await vi.advanceTimersByTimeAsync(999)
    expect(first.value.freed).toBe(false)
    const third = await cache.acquire({ name: 'm' }, load)
    expect(third.value).toBe(first.value)
    await vi.advanceTimersByTimeAsync(5000)
    expect(first.value.freed).toBe(false)
    third.release()
    await vi.advanceTimersByTimeAsync(1000)
    expect(first.value.freed).toBe(true)
    expect(cache.size).toBe(0)
    expect((await cache.acquire({ name: 'm' }, load)).value).not.toBe(first.value)
  })

  test('beyond the bound of bytes, the least recently used model is freed before the next is loaded', async () => {
    const cache = new ModelCache({ memory: 100 })
    const [a, b, c] = [
      await cache.acquire({ name: 'a' }, load, { bytes: 40 }),
      await cache.acquire({ name: 'b' }, load, { bytes: 40 }),
      await cache.acquire({ name: 'c' }, load, { bytes: 20 }),
    ]
    b.release()
    a.release()
    let freedBeforeLoad = false
    const d = await cache.acquire(
      { name: 'd' },
      async () => {
        freedBeforeLoad = b.value.freed
        return new Thing()
      },
      { bytes: 30 },
    )
    expect(freedBeforeLoad).toBe(true)
    expect([a.value.freed, c.value.freed, d.value.freed]).toEqual([false, false, false])
    expect(cache.bytes).toBe(90)
  })

  test('a model in use is freed only after its release', async () => {
    const cache = new ModelCache({ memory: 10 })
    const lease = await cache.acquire({ name: 'a' }, load, { bytes: () => 50 })
    expect(lease.value.freed).toBe(false)
    expect(cache.bytes).toBe(50)
    lease.release()
    await vi.advanceTimersByTimeAsync(0)
    expect(lease.value.freed).toBe(true)
  })

  test('a load that fails is not kept', async () => {
    const cache = new ModelCache()
    const broken = async (): Promise<Thing> => Promise.reject(new RangeError('broken'))
    await expect(
      Promise.all([cache.acquire({ name: 'a' }, broken), cache.acquire({ name: 'a' }, broken)]),
    ).rejects.toThrow('broken')
    expect(cache.size).toBe(0)
    await expect(cache.acquire({ name: 'a' }, load)).resolves.toMatchObject({ value: { freed: false } })
  })

  test('a caller that stops waiting leaves the load to the others, and the last one stops it', async () => {
    const cache = new ModelCache()
    const stops = [new AbortController(), new AbortController()]
    let loading: AbortSignal | undefined
    let made: Thing | undefined
    let finish: (() => void) | undefined
    const slow = (signal: AbortSignal) =>
      new Promise<Thing>((resolve) => {
        loading = signal
        finish = () => {
          made = new Thing()
          resolve(made)
        }
      })
    const waiting = stops.map((stop) => cache.acquire({ name: 'a' }, slow, { signal: stop.signal }))
    const outcomes = Promise.allSettled(waiting)
    await vi.advanceTimersByTimeAsync(0)
    stops[0]?.abort()
    await expect(waiting[0]).rejects.toThrow('aborted')
    expect(loading?.aborted).toBe(false)
    stops[1]?.abort()
    await outcomes
    expect(loading?.aborted).toBe(true)
    expect(cache.size).toBe(0)
    // A load that does not heed the signal is freed when it is done.
    finish?.()
    await cache.dispose()
    expect(made?.freed).toBe(true)
  })

  test('dispose frees all, and the cache can be used again', async () => {
    const cache = new ModelCache()
    const used = await cache.acquire({ name: 'a' }, load)
    const unused = await cache.acquire({ name: 'b' }, load)
    unused.release()
    await cache.dispose()
    expect([used.value.freed, unused.value.freed]).toEqual([true, true])
    expect(cache.size).toBe(0)
    const again = await cache.acquire({ name: 'a' }, load)
    used.release()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(again.value.freed).toBe(false)
  })
})
