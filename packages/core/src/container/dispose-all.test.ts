import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { disposeAll, disposedInTime } from './dispose-all.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a component that never ends is named, and the others are disposed', async () => {
  const dispose = vi.fn()
  const things = [
    disposedInTime('executor of the config', { dispose: () => new Promise(() => undefined) }),
    { dispose },
  ]
  const outcome = disposeAll(things).catch((error) => error)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await outcome).toMatchObject({
    code: 'MAESTRO_PLUGIN_DISPOSAL',
    message: 'executor of the config could not be disposed of: it did not end within 10 s.',
  })
  expect(dispose).toHaveBeenCalledOnce()
})

test('a component that throws at once is named', async () => {
  const thing = disposedInTime('cache', {
    dispose: () => {
      throw new Error('stuck')
    },
  })
  await expect(disposeAll([thing])).rejects.toThrow('cache could not be disposed of: stuck')
  expect(vi.getTimerCount()).toBe(0)
})
