import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CallSignal } from './call-signal.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('follows each of its signals with their reason, also one that is aborted already', () => {
  const [a, b] = [new AbortController(), new AbortController()]
  const call = new CallSignal([a.signal, undefined, b.signal])
  expect(call.signal.aborted).toBe(false)
  b.abort('enough')
  expect(call.signal.reason).toBe('enough')
  expect(new CallSignal([a.signal, b.signal]).signal.reason).toBe('enough')
})

test('tells its own time limit from an abort', () => {
  const stop = new AbortController()
  const [slow, stopped] = [new CallSignal([stop.signal]), new CallSignal([stop.signal])]
  const [first, second] = [slow.limit(100), stopped.limit(200)]
  vi.advanceTimersByTime(100)
  expect([first.isOver(), slow.signal.aborted]).toEqual([true, true])
  stop.abort()
  vi.advanceTimersByTime(100)
  expect([second.isOver(), stopped.signal.aborted]).toEqual([false, true])
})

test('leaves nothing behind once it is released', () => {
  const stop = new AbortController()
  const removed = vi.spyOn(stop.signal, 'removeEventListener')
  const call = new CallSignal([stop.signal])
  call.limit(100)
  call.release()
  expect(removed).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
  stop.abort()
  expect(call.signal.aborted).toBe(false)
})
