import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * As long as it takes for a signal or a time-out to come in between, on a busy machine too: some milliseconds, and then
 * more turns of the event loop than the suites let pass.
 */
export async function aWhile(): Promise<void> {
  await setTimeout(20)
  for (let turn = 0; turn < 30; turn++) await setImmediate()
}
