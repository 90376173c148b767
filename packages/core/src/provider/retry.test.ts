import { afterEach, expect, test, vi } from 'vitest'
import { maestroError } from '../errors/error-table.js'
import { backoffOf, pause, withBackoff } from './retry.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const passing = maestroError('MAESTRO_SERVING_CONNECTION', { serving: 's', reason: 'ECONNRESET' })
const final = maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 's', reason: 'no' })
const failing = (errors: readonly Error[]) =>
  vi.fn(async (turn: number) => {
    const error = errors[turn]
    if (error !== undefined) throw error
    return turn
  })

test('a failure that may pass is tried again, as often as is allowed', async () => {
  const quick = { first: 0 }
  expect(await withBackoff({ retries: 2, ...quick }, failing([passing, passing]))).toBe(2)
  const call = failing([passing, passing, passing])
  await expect(withBackoff({ retries: 2, ...quick }, call)).rejects.toBe(passing)
  expect(call).toHaveBeenCalledTimes(3)
  const refused = failing([final])
  await expect(withBackoff({ retries: 2, ...quick }, refused)).rejects.toBe(final)
  expect(refused).toHaveBeenCalledTimes(1)
  expect(await withBackoff({ retries: 1, isRetryable: () => true, ...quick }, failing([final]))).toBe(1)
})

test('waits are a random part of a bound that doubles up to the longest', () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.999999)
  const waits = [0, 1, 2, 3, 20].map((turn) => Math.round(backoffOf(turn, { first: 100, longest: 500 })))
  expect(waits).toEqual([100, 200, 400, 500, 500])
  random.mockReturnValue(0)
  expect(backoffOf(3)).toBe(0)
})

test('a signal ends the waiting, and the failure is thrown', async () => {
  vi.useFakeTimers()
  const stop = new AbortController()
  const call = failing([passing])
  const outcome = withBackoff({ retries: 5, signal: stop.signal, first: 1e6 }, call)
  const told = expect(outcome).rejects.toBe(passing)
  await vi.advanceTimersByTimeAsync(0)
  stop.abort()
  await told
  expect(call).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
  expect(await pause(10, stop.signal)).toBe(false)
})
