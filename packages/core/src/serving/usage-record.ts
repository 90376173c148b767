import type { RequestDoneEvent } from '../contracts/hooks.js'
import type { CallOptions, ServingBase, ServingKind, Usage } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'
import { addUsage, costOf } from './cost.js'
import type { ServingObserver } from './serving-plane.js'

/** What is known of one request when it is done: one is told for each, however it was answered. */
export class UsageRecord {
  readonly #serving: ServingBase & { readonly kind: ServingKind }
  readonly #options: CallOptions
  readonly #price: Price | undefined
  #usage: Usage | undefined
  #cost: number | undefined = 0
  #tries = 0
  #waitedMs = 0
  #started: number | undefined
  /** Of the answer, among those that are kept. */
  key: string | undefined

  constructor(serving: ServingBase & { readonly kind: ServingKind }, options: CallOptions, price: Price | undefined) {
    this.#serving = serving
    this.#options = options
    this.#price = price
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  /** Undefined: the price of some of it is not known. */
  get cost(): number | undefined {
    return this.#cost
  }

  waited(milliseconds: number): void {
    this.#waitedMs += milliseconds
  }

  /** An attempt begins. */
  begin(): void {
    this.#tries++
    this.#started ??= performance.now()
  }

  /** An attempt has given a result. @returns its cost, undefined when the price is not known */
  took(usage: Usage | undefined, cost: number | undefined): number | undefined {
    const price = cost ?? costOf(usage ?? { inputTokens: 0, outputTokens: 0 }, this.#price)
    this.#usage = addUsage(this.#usage, usage)
    this.#cost = price === undefined || this.#cost === undefined ? undefined : this.#cost + price
    return price
  }

  tell(observer: ServingObserver, outcome: Pick<RequestDoneEvent, 'from' | 'error' | 'finishReason'>): void {
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
      waitedMs: this.#waitedMs,
      durationMs: this.#started === undefined ? 0 : performance.now() - this.#started,
    })
  }
}
