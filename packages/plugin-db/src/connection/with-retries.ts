import { setTimeout as sleep } from 'node:timers/promises'
import { MaestroError } from '@maestro-dataflow/core'

const firstWait = 100
const longestWait = 5000

/**
 * Repeats work, with growing random waits, while its failures are temporary.
 *
 * @param isPassing Whether a failure is temporary. @default errors that are `retryable`
 */
export async function withRetries<Result>(
  retries: number,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
  isPassing = (error: unknown): boolean => MaestroError.is(error) && error.retryable,
): Promise<Result> {
  for (let tried = 0; ; tried++) {
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error) || tried >= retries || signal?.aborted === true) throw error
      const wait = Math.min(longestWait, firstWait * 2 ** tried)
      await sleep(wait * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal })
    }
  }
}
