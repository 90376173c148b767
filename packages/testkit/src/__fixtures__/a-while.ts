import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * Waits long enough for a signal or a time-out to fire, even on a busy machine: some milliseconds, and then more turns
 * of the event loop than the suites allow.
 */
export async function aWhile(): Promise<void> {
  await setTimeout(20)
  for (let turn = 0; turn < 30; turn++) await setImmediate()
}
