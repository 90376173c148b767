import { expect, test } from 'vitest'
import { InFlight } from './join-in-flight.js'

/** A call that is answered from outside. */
function openCall() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const start = (signal: AbortSignal) => {
    signals.push(signal)
    return promise
  }
  return { start, resolve, reject, signals }
}

test('identical calls are made once, and all get the answer', async () => {
  const calls = new InFlight<string>()
  const { start, resolve, signals } = openCall()
  const waiting = Array.from({ length: 3 }, () => calls.join('key', undefined, start))
  expect(calls.has('key')).toBe(true)
  resolve('answer')
  expect(await Promise.all(waiting)).toEqual(['answer', 'answer', 'answer'])
  expect(signals).toHaveLength(1)
  expect(calls.has('key')).toBe(false)
})

test('an error is everybody`s, and the next call is a new one', async () => {
  const calls = new InFlight<string>()
  const { start, reject } = openCall()
  const waiting = [calls.join('key', undefined, start), calls.join('key', undefined, start)]
  reject(new TypeError('no'))
  for (const one of waiting) await expect(one).rejects.toThrow('no')
  expect(await calls.join('key', undefined, async () => 'again')).toBe('again')
})

test('a caller that gives up does not stop the others', async () => {
  const calls = new InFlight<string>()
  const { start, resolve, signals } = openCall()
  const stop = new AbortController()
  const first = calls.join('key', stop.signal, start)
  const second = calls.join('key', undefined, start)
  stop.abort(new TypeError('enough'))
  await expect(first).rejects.toThrow('enough')
  expect(signals[0]?.aborted).toBe(false)
  resolve('answer')
  expect(await second).toBe('answer')
})

test('when all callers have given up, the call is stopped, and a later caller asks again', async () => {
  const calls = new InFlight<string>()
  const { start, signals } = openCall()
  const stop = new AbortController()
  const waiting = [calls.join('key', stop.signal, start), calls.join('key', stop.signal, start)]
  stop.abort(new TypeError('enough'))
  for (const one of waiting) await expect(one).rejects.toThrow('enough')
  expect(signals[0]?.aborted).toBe(true)
  expect(await calls.join('key', undefined, async () => 'new')).toBe('new')
  await expect(calls.join('key', stop.signal, start)).rejects.toThrow('enough')
})
