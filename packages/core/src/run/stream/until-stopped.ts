import { setImmediate } from 'node:timers/promises'

/** The time in milliseconds that a source may occupy the thread before timers and signals get a turn. */
const breathAfter = 50

/**
 * Yields the items of an input until a signal fires, and then ends. An input that never answers or never pauses does
 * not delay the stop. If the input is left early, its `return` is called.
 */
export async function* untilStopped<Item>(input: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  const iterator = input[Symbol.asyncIterator]()
  let stop: (() => void) | undefined
  const onAbort = () => stop?.()
  signal.addEventListener('abort', onAbort)
  let state: 'idle' | 'asked' | 'ended' = 'idle'
  let breath = performance.now()
  try {
    while (!signal.aborted) {
      state = 'asked'
      let next = await new Promise<IteratorResult<Item> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined)
        iterator.next().then(resolve, (error) => {
          state = 'ended'
          reject(error)
        })
      })
      stop = undefined
      if (next === undefined) return
      state = next.done === true ? 'ended' : 'idle'
      if (next.done === true) return
      yield next.value
      // An item may be large, so it is not held while the next one is awaited.
      next = undefined
      if (performance.now() - breath < breathAfter) continue
      await setImmediate()
      breath = performance.now()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (state === 'idle') await iterator.return?.()
    // `return` may never settle, so it is not awaited.
    else if (state === 'asked') iterator.return?.().catch(() => undefined)
  }
}
