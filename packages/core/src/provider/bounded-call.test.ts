import { getEventListeners } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { boundedCall } from './bounded-call.js'

afterEach(() => void vi.useRealTimers())

const serving = 'small model'
const never = () => new Promise<never>(() => undefined)

test('the outcome of the work is the outcome of the call', async () => {
  expect(await boundedCall({ serving }, async () => 'answer')).toBe('answer')
  const failure = boundedCall({ serving }, () => {
    throw Object.assign(new Error('busy'), { status: 503 })
  })
  await expect(failure).rejects.toMatchObject({ code: 'MAESTRO_SERVING_OVERLOADED' })
  const typed = maestroError('MAESTRO_SERVING_BROKEN_REPLY', { serving, reason: 'no JSON' })
  await expect(boundedCall({ serving, toError: () => typed }, () => Promise.reject('?'))).rejects.toBe(typed)
})

test('work that listens to nothing is left behind when the signal fires or the serving is disposed', async () => {
  for (const bound of ['signal', 'disposed'] as const) {
    const stop = new AbortController()
    const call = boundedCall({ serving, [bound]: stop.signal }, never)
    stop.abort('enough')
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED', cause: 'enough' })
    const late = vi.fn(never)
    await expect(boundedCall({ serving, [bound]: stop.signal }, late)).rejects.toThrow(MaestroError)
    expect(late).not.toHaveBeenCalled()
  }
})

test('time-outs bound the whole, the wait for the first piece, and the waits between pieces', async () => {
  vi.useFakeTimers()
  const times = { timeout: 100, firstByte: 30, stall: 10 }
  const ended = async (work: (onActivity: () => void) => void) => {
    const start = Date.now()
    const call = boundedCall({ serving, ...times }, (_, onActivity) => {
      work(onActivity)
      return never()
    }).catch((error) => ({ code: error.code, after: Date.now() - start, ...error.details }))
    await vi.advanceTimersByTimeAsync(1000)
    return call
  }
  const code = 'MAESTRO_SERVING_TIMEOUT'
  expect(await ended(() => undefined)).toMatchObject({ code, after: 30, milliseconds: 30 })
  expect(await ended((onActivity) => setTimeout(onActivity, 20))).toMatchObject({ after: 30, milliseconds: 10 })
  expect(await ended((onActivity) => setInterval(onActivity, 5))).toMatchObject({ after: 100, milliseconds: 100 })
})

test('inside of a call that ends at least as early, nothing is bounded a second time', async () => {
  const signals: AbortSignal[] = []
  await boundedCall({ serving, timeout: 1000 }, async (outer) => {
    await boundedCall({ serving, signal: outer, timeout: 1000 }, async (inner) => void signals.push(outer, inner))
    await boundedCall({ serving, signal: outer }, async (inner) => void signals.push(inner))
    await boundedCall({ serving, signal: outer, timeout: 999 }, async (inner) => void signals.push(inner))
  })
  const [outer, same, alsoSame, other] = signals
  expect(same === outer && alsoSame === outer).toBe(true)
  expect(other).not.toBe(outer)
})

test('an inner call reports why the outer one ended', async () => {
  vi.useFakeTimers()
  const disposed = new AbortController().signal
  let inner: Promise<unknown> | undefined
  const outer = boundedCall({ serving: 'plane', timeout: 50 }, (signal) => {
    inner = boundedCall({ serving, signal, disposed }, never)
    return inner
  })
  const outcomes = Promise.allSettled([outer, inner])
  await vi.advanceTimersByTimeAsync(50)
  const reasons = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason)
  expect(reasons[0]).toMatchObject({ code: 'MAESTRO_SERVING_TIMEOUT', details: { serving: 'plane', milliseconds: 50 } })
  expect(reasons[1]).toBe(reasons[0])
})

test('a finished call leaves no timer, and calls of one run share one listener', async () => {
  vi.useFakeTimers()
  const { signal } = new AbortController()
  const times = { timeout: 100, firstByte: 30, stall: 10 }
  for (let call = 0; call < 20; call++) await boundedCall({ serving, signal, ...times }, async () => call)
  await boundedCall({ serving, signal, ...times }, () => Promise.reject(new Error())).catch(() => undefined)
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
})

test('a time-out that no timer can hold does not fire at once', async () => {
  vi.useFakeTimers()
  const call = boundedCall(
    { serving, timeout: 2 ** 40 },
    () => new Promise((resolve) => setTimeout(resolve, 10, 'done')),
  )
  await vi.advanceTimersByTimeAsync(10)
  expect(await call).toBe('done')
})
