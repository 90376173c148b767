import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Executor } from '../../contracts/execution.js'
import type { Logger } from '../../contracts/logger.js'
import { runPartitions } from './run-partitions.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const partitions = [{ stage: 0, index: 0 }]
const executor = (execute: Executor['execute']): Executor => ({ name: 'acme', execute, dispose: async () => undefined })
const forever = () => new Promise<never>(() => undefined)
const listening = () => {
  const warn = vi.fn<Logger['warn']>()
  const stop = new AbortController()
  return { warn, stop, context: { signal: stop.signal, logger: { warn } as unknown as Logger } }
}

test('an executor that does not end after its partitions fails the run, and is named', async () => {
  const { context } = listening()
  const neverEnds = executor(async ([first], run) => {
    await run(first ?? { stage: 9, index: 9 })
    await forever()
  })
  let ran = 0
  const work = async () => void ran++
  const outcome = runPartitions(neverEnds, partitions, work, context).catch((error) => error)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await outcome).toMatchObject({
    code: 'MAESTRO_RUN_EXECUTOR',
    message: 'The executor acme did not end within 10 s after its last partition.',
  })
  expect(ran).toBe(1)
})

test('the log says what an executor that starts nothing is waited for, and a stop ends the run', async () => {
  const { warn, stop, context } = listening()
  const outcome = runPartitions(executor(forever), partitions, forever, context).catch((error) => error)
  await vi.advanceTimersByTimeAsync(65_000)
  const message = 'The executor acme runs nothing. The run waits for it to start partition 0.'
  expect(warn.mock.calls).toEqual([[message], [message]])
  stop.abort(new Error('Ctrl-C'))
  expect(await outcome).toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  expect(vi.getTimerCount()).toBe(0)
})

test('a partition that takes long is not reported, and leaves no timer', async () => {
  const { warn, context } = listening()
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 100_000))
  const right = executor(async ([first], run) => run(first ?? { stage: 9, index: 9 }))
  const outcome = runPartitions(right, partitions, slow, context)
  await vi.advanceTimersByTimeAsync(100_000)
  await outcome
  expect(warn).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
