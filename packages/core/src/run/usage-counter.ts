import type { RequestDoneEvent } from '../contracts/hooks.js'
import type { UsageTotals } from '../contracts/report.js'

type Totals = { -readonly [Name in keyof UsageTotals]: UsageTotals[Name] }

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
    const totals = this.#steps.get(key) ?? noUsage()
    this.#steps.set(key, totals)
    addTotals(totals, toTotals(event))
  }

  of(step: string): UsageTotals | undefined {
    return this.#steps.get(step)
  }

  total(): UsageTotals {
    const sum = noUsage()
    for (const totals of this.#steps.values()) addTotals(sum, totals)
    return sum
  }
}

function toTotals({ from, error, usage, cost, tries }: RequestDoneEvent): UsageTotals {
  const asked = from === 'provider'
  return {
    requests: asked ? 1 : 0,
    failedRequests: error === undefined ? 0 : 1,
    reusedAnswers: asked ? 0 : 1,
    retries: Math.max(0, tries - 1),
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    // What was not asked costs nothing.
    cost: usage === undefined ? 0 : cost,
  }
}

function addTotals(totals: Totals, other: UsageTotals): void {
  // A price that is not known makes the sum unknown, not smaller.
  const cost = totals.cost === undefined || other.cost === undefined ? undefined : totals.cost + other.cost
  for (const name of Object.keys(totals) as (keyof Totals)[]) totals[name] = (totals[name] ?? 0) + (other[name] ?? 0)
  totals.cost = cost
}

function noUsage(): Totals {
  return {
    requests: 0,
    failedRequests: 0,
    reusedAnswers: 0,
    retries: 0,
    inputTokens: 0,
    outputTokens: 0,
    cachedInputTokens: 0,
    reasoningTokens: 0,
    cost: 0,
  }
}
