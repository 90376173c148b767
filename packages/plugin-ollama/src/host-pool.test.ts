import { expect, test } from 'vitest'
import { HostPool } from './host-pool.js'

const down = new Error('down')
const isDown = (error: unknown) => error === down
const named = (url: string) => Promise.resolve(url)

/** Work that lasts until it is told to end. */
function held(pool: HostPool, signal?: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<string>()
  const done = pool.use(
    async (url) => {
      started.resolve(url)
      await promise
      return url
    },
    isDown,
    signal,
  )
  done.catch(started.reject)
  return { started: started.promise, done, end: resolve }
}

test('calls go to the host with the most room, and wait when there is none', async () => {
  const pool = new HostPool([
    { url: 'small', concurrency: 1 },
    { url: 'large', concurrency: 3 },
  ])
  expect(pool.concurrency).toBe(4)
  const calls = [1, 2, 3, 4].map(() => held(pool))
  const hosts = await Promise.all(calls.map(({ started }) => started))
  expect(hosts.toSorted()).toEqual(['large', 'large', 'large', 'small'])
  const fifth = held(pool)
  const sixth = held(pool)
  calls[hosts.indexOf('small')]?.end()
  expect(await fifth.started).toBe('small')
  calls[hosts.indexOf('large')]?.end()
  expect(await sixth.started).toBe('large')
})

test('a host that is down is passed over and left alone, until no other is left', async () => {
  const pool = new HostPool([
    { url: 'a', concurrency: 2 },
    { url: 'b', concurrency: 2 },
  ])
  const isUp = { a: false, b: true }
  const asked: string[] = []
  const work = async (url: string) => {
    asked.push(url)
    if (!isUp[url as 'a' | 'b']) throw down
    return url
  }
  for (let call = 0; call < 3; call++) expect(await pool.use(work, isDown, undefined)).toBe('b')
  expect(asked).toEqual(['a', 'b', 'b', 'b'])
  isUp.b = false
  await expect(pool.use(work, isDown, undefined)).rejects.toBe(down)
  isUp.a = true
  expect(await pool.use(work, isDown, undefined)).toBe('a')
})

test('another failure is not tried elsewhere, and gives the place back', async () => {
  const pool = new HostPool([
    { url: 'a', concurrency: 1 },
    { url: 'b', concurrency: 1 },
  ])
  const asked: string[] = []
  const fail = async (url: string) => {
    asked.push(url)
    throw new TypeError('mine')
  }
  for (let call = 0; call < 3; call++) await expect(pool.use(fail, isDown, undefined)).rejects.toThrow('mine')
  expect(asked).toEqual(['a', 'a', 'a'])
})

test('a call that waits can be given up', async () => {
  const pool = new HostPool([{ url: 'a', concurrency: 1 }])
  const first = held(pool)
  await first.started
  const stop = new AbortController()
  const waiting = pool.use(named, isDown, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  first.end()
  expect(await first.done).toBe('a')
  expect(await pool.use(named, isDown, undefined)).toBe('a')
})
