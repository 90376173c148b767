import assert from 'node:assert/strict'

/** How a promise ended. */
export type Settled<Value> = { readonly value: Value } | { readonly error: unknown }

/** A watched promise, so that its failure never counts as unhandled. */
export interface Watched<Value> {
  readonly outcome: Promise<Settled<Value>>
  readonly settled: boolean
}

export function watch<Value>(work: Promise<Value>): Watched<Value> {
  let settled = false
  const done = <Outcome>(outcome: Outcome): Outcome => {
    settled = true
    return outcome
  }
  const outcome = work.then(
    (value) => done({ value }),
    (error: unknown) => done({ error }),
  )
  return {
    outcome,
    get settled() {
      return settled
    },
  }
}

/**
 * The promise's value, or a failed assertion if it does not settle in time: a limit for hangs, far from any real
 * duration.
 */
export async function within<Value>(milliseconds: number, what: string, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${what} did not end within ${milliseconds} ms` }))
    }, milliseconds)
  })
  try {
    return await Promise.race([late, work])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits a few turns of the event loop, so that started work is in progress. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Runs work and fails if a promise in it was rejected without a listener. */
export async function withoutStrays(work: () => Promise<void>): Promise<void> {
  const strays: unknown[] = []
  const note = (reason: unknown) => void strays.push(reason)
  // Existing listeners would end the process or the whole test run without naming the case.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    await work()
    await someTurns()
  } finally {
    process.off('unhandledRejection', note)
    for (const other of others) process.on('unhandledRejection', other)
  }
  assert.deepEqual(strays, [], 'a promise was rejected that nobody waits for')
}
