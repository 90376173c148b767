import { setImmediate } from 'node:timers/promises'

/** How long, in milliseconds, a source may keep the thread before timers and signals have their turn. */
const breathAfter = 50

/**
 * The items of an input until a signal fires; then it ends. Neither an input that never answers nor one that never
 * pauses holds up a stop. What is left early is told so: its `return` is called.
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
      // An item may be large: it must not be held while the next one is awaited.
      next = undefined
      if (performance.now() - breath < breathAfter) continue
      await setImmediate()
      breath = performance.now()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (state === 'idle') await iterator.return?.()
    // It may never answer, so it is not waited for.
    else if (state === 'asked') iterator.return?.().catch(() => undefined)
  }
}
