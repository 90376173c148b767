import { expect, test, vi } from 'vitest'
import { onAbort } from './on-abort.js'

test('a signal has one listener for any number of waiting callers, and a removed callback is not called', () => {
  const controller = new AbortController()
  const listen = vi.spyOn(controller.signal, 'addEventListener')
  const calls: string[] = []
  const stops = ['a', 'b', 'c'].map((name) => onAbort(controller.signal, () => calls.push(name)))
  expect(listen).toHaveBeenCalledTimes(1)
  stops[1]?.()
  controller.abort()
  expect(calls).toEqual(['a', 'c'])
})

test('the same function given twice is called until each has stopped', () => {
  const controller = new AbortController()
  const callback = vi.fn()
  const stop = onAbort(controller.signal, callback)
  onAbort(controller.signal, callback)
  stop()
  controller.abort()
  expect(callback).toHaveBeenCalledTimes(1)
})
