import type { Outcome } from './server-rules.js'
import type { Row, Server } from './simulated-server.js'
import type { Clock, Timer } from './virtual-clock.js'

export interface Permit {
  release(outcome: Outcome): void
}

/** The component between the rows and a provider. */
export interface Gate {
  acquire(tokens: number, go: (permit: Permit) => void): void
  /**
   * Milliseconds until a failed row joins the queue again; undefined if it is lost. @param turn The number of earlier
   * failures.
   */
  again(outcome: Outcome, turn: number): number | undefined
}

export interface ClientResult {
  doneAt: number
  lost: number
  sent: number
}

/** All rows are wanted at once, and `width` of them are in progress at a time. */
export function work(clock: Clock, server: Server, gate: Gate, rows: readonly Row[], width: number): { result: ClientResult; left: () => number } {
  const result: ClientResult = { doneAt: 0, lost: 0, sent: 0 }
  let next = 0
  let left = rows.length
  const end = () => {
    left--
    result.doneAt = clock.now
    begin()
  }
  const begin = () => {
    if (next < rows.length) attempt(rows[next++]!, 0)
  }
  const attempt = (row: Row, turn: number) =>
    gate.acquire(row.tokens, (permit) => {
      result.sent++
      server.ask(row, (outcome) => {
        permit.release(outcome)
        if (outcome.status === 200) return end()
        const wait = gate.again(outcome, turn)
        if (wait === undefined) {
          result.lost++
          end()
        } else clock.after(wait, () => attempt(row, turn + 1))
      })
    })
  for (let place = 0; place < width; place++) begin()
  return { result, left: () => left }
}

/** A loop over a provider's client: no gate, two retries. */
export function bareLoop(random: () => number): Gate {
  return {
    acquire: (_tokens, go) => go({ release() {} }),
    again({ told }, turn) {
      if (turn >= 2) return undefined
      const asked = told?.retryAfterMs
      if (asked !== undefined && asked > 0 && asked < 60_000) return asked
      return Math.min(8000, 500 * 2 ** turn) * (1 - random() / 4)
    },
  }
}

/** The omniscient client: it sends a call as soon as the server would admit it, and only then. */
export function oracle(clock: Clock, server: Server, atOnce = Number.POSITIVE_INFINITY): Gate {
  const line: { tokens: number; go: (permit: Permit) => void }[] = []
  let inFlight = 0
  let timer: Timer | undefined
  const admit = () => {
    while (line.length > 0 && inFlight < atOnce) {
      const wait = server.opensIn(line[0]!.tokens)
      if (wait > 0) {
        if (timer !== undefined) timer.run = undefined
        timer = wait === Number.POSITIVE_INFINITY ? undefined : clock.after(wait + 0.001, admit)
        return
      }
      inFlight++
      const { go } = line.shift()!
      go({
        release() {
          inFlight--
          clock.after(0, admit)
        },
      })
    }
  }
  return {
    acquire(tokens, go) {
      line.push({ tokens, go })
      admit()
    },
    again: ({ told }) => told?.retryAfterMs ?? 0,
  }
}
