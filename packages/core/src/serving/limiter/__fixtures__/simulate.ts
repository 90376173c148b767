import { vi } from 'vitest'
import type { CallOutcome, Limiter } from '../limiter.js'
import { answered, refused } from './outcomes.js'

/** A provider on the test's clock. */
export interface SimulatedProvider {
  readonly latencyMs: number
  /** The number of calls that it works on at once; the rest wait at the provider. @default no limit */
  readonly slots?: number
  /** The number of calls that it admits per second; the rest are refused at once. @default no limit */
  readonly perSecond?: number
  /** The number of calls that it saves up. @default a second's worth */
  readonly burst?: number
  /** The calls whose first attempt it refuses, whatever its load. */
  readonly unlucky?: (call: number) => boolean
}

/** What happened. Times are milliseconds since the start. */
export interface Simulation {
  /** When each call was sent, including refused attempts. */
  readonly sent: number[]
  /** When each answered call was answered. */
  readonly answered: number[]
  refused: number
  /** The maximum number of calls at the provider at once. */
  mostAtOnce: number
}

/** Makes calls through a limiter, all of them at once, and each again after a refusal. Fake timers must be on. */
export async function simulate(limiter: Limiter, provider: SimulatedProvider, calls: number): Promise<Simulation> {
  const start = performance.now()
  const now = () => performance.now() - start
  const seen: Simulation = { sent: [], answered: [], refused: 0, mostAtOnce: 0 }
  const { latencyMs, slots = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = provider
  const burst = provider.burst ?? perSecond
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const queue: (() => void)[] = []
  let busy = 0
  let inside = 0
  let saved = burst
  let savedAt = 0

  function letIn(): boolean {
    saved = perSecond === Number.POSITIVE_INFINITY ? burst : Math.min(burst, saved + ((now() - savedAt) / 1000) * perSecond)
    savedAt = now()
    if (saved < 1) return false
    saved--
    return true
  }

  async function ask(call: number, first: boolean): Promise<CallOutcome> {
    const sentAt = now()
    seen.sent.push(sentAt)
    if ((first && provider.unlucky?.(call) === true) || !letIn()) {
      await sleep(1)
      seen.refused++
      return refused(1000)
    }
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++inside)
    if (busy >= slots) await new Promise<void>((resolve) => queue.push(resolve))
    busy++
    await sleep(latencyMs)
    busy--
    inside--
    queue.shift()?.()
    return answered(now() - sentAt)
  }

  async function untilAnswered(call: number): Promise<void> {
    for (let turn = 0; ; turn++) {
      const permit = await limiter.acquire(0)
      const outcome = await ask(call, turn === 0)
      permit.release(outcome)
      if (outcome.error === undefined) break
      await sleep(outcome.rateLimits?.retryAfterMs ?? 0)
    }
    seen.answered.push(now())
  }

  let done = false
  const all = Promise.all(Array.from({ length: calls }, (_, call) => untilAnswered(call))).then(() => {
    done = true
  })
  while (!done) await vi.advanceTimersByTimeAsync(100)
  await all
  return seen
}
