import { vi } from 'vitest'
import { LearntPace } from '../learnt-pace.js'
import type { Outcome } from './server-rules.js'
import type { Gate, Permit } from './simulated-clients.js'
import type { Clock, Timer } from './virtual-clock.js'

const again = { baseMs: 10, times: 1.4, mostMs: 60_000 }

/**
 * The queue and the retries of a client that learns its pace, on a virtual clock.
 *
 * @param rows The rows of the run, all of which wait in a real client.
 */
export function learntGate(clock: Clock, random: () => number, rows: number): Gate {
  const pace = new LearntPace()
  const queue: { readonly tokens: number; readonly go: (permit: Permit) => void }[] = []
  let timer: Timer | undefined
  const admit = () => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const wait = pace.wait(rows, clock.now)
      if (wait > 0) {
        if (timer !== undefined) timer.run = undefined
        timer = wait === Number.POSITIVE_INFINITY ? undefined : clock.after(Math.ceil(wait), admit)
        return
      }
      queue.shift()
      const call = pace.send(next.tokens, clock.now)
      next.go({
        release({ status, durationMs, told }: Outcome) {
          if (status === 200) pace.answered(call, durationMs, clock.now)
          else {
            vi.spyOn(Math, 'random').mockImplementation(random)
            pace.refused(call, told?.retryAfterMs, durationMs, clock.now)
          }
          clock.after(0, admit)
        },
      })
    }
  }
  return {
    acquire(tokens, go) {
      queue.push({ tokens, go })
      admit()
    },
    again({ told }, turn) {
      const asked = told?.retryAfterMs ?? 0
      const backoff = random() * Math.min(again.mostMs, again.baseMs * again.times ** turn)
      return Math.max(backoff, asked + random() * Math.min(250, asked / 10))
    },
  }
}
