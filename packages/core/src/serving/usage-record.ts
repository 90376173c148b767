import type { RequestDoneEvent } from '../contracts/events.js'
import type { UsageTotals } from '../contracts/report.js'
import type { CallOptions, ServingBase, ServingKind, Usage } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'
import type { Spent } from './answers/run-answers.js'
import { addUsage, costAtMost, costOf } from './cost.js'
import { retriesOf } from './retries-of.js'
import type { ServingObserver } from './serving-plane.js'
import { tierWarning } from './tier-prices.js'
import { partsOf } from './usage-parts.js'

/** What earlier processes of the run have spent on a request. */
export type SpentBefore = NonNullable<RequestDoneEvent['before']>

/** Collects the usage of one request and reports it once, whatever the outcome. */
export class UsageRecord {
  readonly #serving: ServingBase & { readonly kind: ServingKind }
  readonly #options: CallOptions
  readonly #price: Price | undefined
  #usage: Usage | undefined
  #cost: number | undefined = 0
  #tries = 0
  #before: SpentBefore | undefined
  #calls = 0
  #waitedMs = 0
  #started: number | undefined
  readonly #warnings = new Set<string>()
  /** What the record of the run already has. */
  #recorded: UsageTotals | undefined
  /** Reports the key of the answer in the response cache. */
  key: string | undefined

  constructor(serving: ServingBase & { readonly kind: ServingKind }, options: CallOptions, price: Price | undefined) {
    this.#serving = serving
    this.#options = options
    this.#price = price
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  /** Undefined if a part of the price is unknown. */
  get cost(): number | undefined {
    return this.#cost
  }

  get tries(): number {
    return this.#tries
  }

  /** What the request took, with what earlier processes of the run have spent on it. */
  get whole(): Omit<SpentBefore, 'usage'> & { readonly usage: Usage | undefined } {
    const { tries, usage, cost } = this.#before ?? { tries: 0, usage: undefined, cost: 0 }
    return {
      tries: tries + this.#tries,
      usage: addUsage(usage, this.#usage),
      cost: cost === undefined || this.#cost === undefined ? undefined : cost + this.#cost,
    }
  }

  /**
   * Takes over an answer of an earlier process of the run, or a turn on the way to it.
   *
   * @param spent `tries`: all attempts for the request until then; `usage` and `cost`: those of the answer or turn itself.
   */
  resume({ tries, usage, cost }: SpentBefore): void {
    const before = this.#before
    const isKnown = cost !== undefined && (before === undefined || before.cost !== undefined)
    this.#before = {
      tries,
      usage: addUsage(before?.usage, usage) ?? usage,
      cost: isKnown ? (before?.cost ?? 0) + cost : undefined,
    }
  }

  /** Adds a warning about something that did not prevent the answer. The run reports each text once. */
  warn(warning: string): void {
    this.#warnings.add(warning)
  }

  waited(milliseconds: number): void {
    this.#waitedMs += milliseconds
  }

  /** The request is split into this number of calls. */
  splitInto(calls: number): void {
    this.#calls += calls
  }

  /** Reports the start of an attempt. */
  begin(): void {
    this.#tries++
    this.#started ??= performance.now()
  }

  /**
   * Reports the result of an attempt.
   *
   * @param told The cost as the provider states it.
   * @param tier The service tier that the reply states.
   * @returns its cost, undefined if it is unknown
   */
  took(usage: Usage | undefined, told?: number, tier?: string): number | undefined {
    const isTold = told !== undefined && Number.isFinite(told) && told >= 0
    const price = isTold ? told : this.#costOf(usage, tier)
    this.#usage = addUsage(this.#usage, usage)
    this.#cost = price === undefined || this.#cost === undefined ? undefined : this.#cost + price
    return price
  }

  /** A reply that does not state its tier may be of the tier that was requested. */
  #costOf(usage: Usage | undefined, tier: string | undefined): number | undefined {
    const asked = this.#serving.tier
    const warning = tierWarning(this.#price, tier, asked)
    if (warning !== undefined) this.warn(warning)
    return tier === undefined ? costAtMost(usage, this.#price, asked) : costOf(usage, this.#price, tier)
  }

  /** Records one row's share of a call for several rows. @param index The first row bears the attempts. */
  takeShare(whole: UsageRecord, index: number, rows: number): void {
    const share = (amount: number) => Math.floor(amount / rows) + (index < amount % rows ? 1 : 0)
    if (index === 0) {
      this.#tries += whole.#tries
      for (const warning of whole.#warnings) this.#warnings.add(warning)
    }
    this.#waitedMs += whole.#waitedMs
    this.#started ??= whole.#started
    const usage = whole.#usage
    if (usage === undefined) return
    this.#usage = addUsage(this.#usage, {
      inputTokens: share(usage.inputTokens),
      outputTokens: share(usage.outputTokens),
      ...partsOf((part) => {
        const count = usage[part]
        return count === undefined ? undefined : share(count)
      }),
    })
    this.#cost = whole.#cost === undefined || this.#cost === undefined ? undefined : this.#cost + whole.#cost / rows
  }

  /**
   * What the request took since the last call of this method, for the record of the run.
   *
   * @param requests 1 if the answer completes a request that was sent to a provider.
   */
  takeUnrecorded(requests: 0 | 1): Spent {
    const { name, provider = name } = this.#serving
    const usage = this.#usage
    const now: UsageTotals = {
      requests,
      failedRequests: 0,
      reusedAnswers: 0,
      retries: retriesOf({
        tries: this.#tries,
        calls: Math.max(1, this.#calls),
        ...(this.#before === undefined ? {} : { before: this.#before }),
      }),
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      cachedInputTokens: usage?.cachedInputTokens ?? 0,
      reasoningTokens: usage?.reasoningTokens ?? 0,
      cost: this.#cost,
    }
    const before = this.#recorded
    this.#recorded = now
    return {
      step: this.#options.step ?? '',
      serving: name,
      provider,
      usage: before === undefined ? now : less(now, before),
      tries: this.whole.tries,
    }
  }

  tell(
    observer: ServingObserver,
    outcome: Pick<RequestDoneEvent, 'from' | 'error' | 'finishReason' | 'saved' | 'configName'>,
  ): void {
    if (observer.requestDone === undefined) return
    const { name, provider = name, model = name, kind } = this.#serving
    const { run, step, rowId } = this.#options
    const asked = this.#usage === undefined ? {} : { usage: this.#usage, cost: this.#cost }
    observer.requestDone({
      serving: name,
      provider,
      model,
      kind,
      run,
      step,
      rowId,
      ...outcome,
      ...(this.key === undefined ? {} : { key: this.key }),
      ...asked,
      tries: this.#tries,
      ...(this.#before === undefined ? {} : { before: this.#before }),
      ...(this.#calls > 1 ? { calls: this.#calls } : {}),
      waitedMs: this.#waitedMs,
      durationMs: this.#started === undefined ? 0 : performance.now() - this.#started,
      ...(this.#recorded === undefined ? {} : { recorded: this.#recorded }),
      ...(this.#warnings.size === 0 ? {} : { warnings: [...this.#warnings] }),
    })
  }
}

function less(now: UsageTotals, before: UsageTotals): UsageTotals {
  return {
    requests: Math.max(0, now.requests - before.requests),
    failedRequests: 0,
    reusedAnswers: 0,
    retries: now.retries - before.retries,
    inputTokens: now.inputTokens - before.inputTokens,
    outputTokens: now.outputTokens - before.outputTokens,
    cachedInputTokens: now.cachedInputTokens - before.cachedInputTokens,
    reasoningTokens: now.reasoningTokens - before.reasoningTokens,
    cost: now.cost === undefined || before.cost === undefined ? undefined : now.cost - before.cost,
  }
}
