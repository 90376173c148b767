import type { RequestDoneEvent } from '../contracts/hooks.js'
import type { UsageTotals } from '../contracts/report.js'

interface Totals {
  requests: number
  failedRequests: number
  inputTokens: number
  outputTokens: number
  cost: number
  unpriced: boolean
}

/** Adds up tokens, cost and calls of one run, by step. */
export class UsageCounter {
  readonly #run: string
  readonly #steps = new Map<string, Totals>()

  constructor(run: string) {
    this.#run = run
  }

  add(event: RequestDoneEvent): void {
    if (event.run !== this.#run) return
    const key = event.step ?? ''
    const totals = this.#steps.get(key) ?? {
      requests: 0,
      failedRequests: 0,
      inputTokens: 0,
      outputTokens: 0,
      cost: 0,
      unpriced: false,
    }
    totals.requests++
    if (event.error !== undefined) totals.failedRequests++
    totals.inputTokens += event.usage?.inputTokens ?? 0
    totals.outputTokens += event.usage?.outputTokens ?? 0
    totals.cost += event.cost ?? 0
    // A price that is not known makes the sum unknown, not smaller.
    if (event.usage !== undefined && event.cost === undefined) totals.unpriced = true
    this.#steps.set(key, totals)
  }

  of(step: string): UsageTotals | undefined {
    const totals = this.#steps.get(step)
    return totals === undefined ? undefined : toUsage(totals)
  }

  total(): UsageTotals {
    const sum: Totals = { requests: 0, failedRequests: 0, inputTokens: 0, outputTokens: 0, cost: 0, unpriced: false }
    for (const totals of this.#steps.values()) {
      sum.requests += totals.requests
      sum.failedRequests += totals.failedRequests
      sum.inputTokens += totals.inputTokens
      sum.outputTokens += totals.outputTokens
      sum.cost += totals.cost
      sum.unpriced ||= totals.unpriced
    }
    return toUsage(sum)
  }
}

function toUsage({ unpriced, cost, ...totals }: Totals): UsageTotals {
  return { ...totals, cost: unpriced ? undefined : cost }
}
