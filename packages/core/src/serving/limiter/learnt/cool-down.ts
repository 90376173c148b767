import type { Call, CallLog } from './call-log.js'

const backoff = { firstMs: 100, times: 1.3, mostMs: 5000 }
/** The number of probes that test whether it is over; it falls each time. */
const probes = [4, 2, 1]
const askedProbes = { least: 4, most: 24 }
/** A call counts as admitted if it was not refused within this multiple of the time that a refusal takes. */
const settling = 3
const first = { refusalMs: 50, mostMs: 1000 }

interface Probing {
  /** The number of calls that may still be sent. */
  left: number
  readonly ids: number[]
  /** The time after which the calls in progress count as admitted. */
  knownAt: number
  readonly after: number
}

/**
 * The time in which a provider that admits nothing receives no calls: as long as it asks for, or else longer each time.
 * Then a few probes test whether the provider admits calls again.
 */
export class CoolDown {
  readonly #log: CallLog
  #until = 0
  #startedAt = 0
  #count = 0
  #probing: Probing | undefined
  #lastRefused = 0
  #refusalMs = first.refusalMs

  constructor(log: CallLog) {
    this.#log = log
  }

  /** Whether the provider may still refuse everything. */
  get isOn(): boolean {
    return this.#probing !== undefined
  }

  /** The number of consecutive cool-downs. */
  get count(): number {
    return this.#count
  }

  /** The id of the latest refused call. */
  get lastRefused(): number {
    return this.#lastRefused
  }

  /** The calls that were sent before it and are still in progress were admitted. */
  settledAt(now: number): number {
    return now - settling * this.#refusalMs
  }

  /** Milliseconds until a call may be sent; 'over' if the probes were admitted. */
  wait(now: number): number | 'over' {
    if (now < this.#until) return this.#until - now
    const probing = this.#probing
    if (probing === undefined || probing.left > 0) return 0
    return now < probing.knownAt ? probing.knownAt - now : 'over'
  }

  send({ id, sentAt }: Call): void {
    const probing = this.#probing
    if (probing === undefined) return
    probing.left--
    probing.ids.push(id)
    probing.knownAt = sentAt + settling * this.#refusalMs
  }

  /** @returns whether it is over: a probe, or a call that was sent later than all refused calls, was admitted */
  admitted({ id }: Call, now: number): boolean {
    const probing = this.#probing
    return probing !== undefined && (probing.ids.includes(id) || (now < this.#until && id > this.#lastRefused))
  }

  /** @returns whether it has to begin again: all probes were refused */
  refused({ id }: Call, retryAfterMs: number | undefined, durationMs: number, now: number): boolean {
    this.#refusalMs += (Math.min(durationMs, first.mostMs) - this.#refusalMs) / 8
    this.#lastRefused = Math.max(this.#lastRefused, id)
    const probing = this.#probing
    if (probing === undefined) return false
    // A call that was in progress when it began can only extend it.
    if (id <= probing.after) {
      if (retryAfterMs !== undefined && now < this.#until) this.#until = Math.max(this.#until, now + retryAfterMs)
      return false
    }
    return probing.left <= 0 && probing.ids.every((probe) => this.#log.find(probe)?.state === 'refused')
  }

  /**
   * Begins a cool-down.
   *
   * @param retryAfterMs The wait that the provider asks for. A wait that is shorter than useful is extended.
   * @param leastMs The minimum duration if the provider asks for nothing.
   */
  begin(retryAfterMs: number | undefined, leastMs: number, now: number): void {
    const longer = Math.min(backoff.mostMs, backoff.firstMs * backoff.times ** this.#count)
    const asked = retryAfterMs !== undefined && retryAfterMs >= backoff.firstMs ? retryAfterMs : undefined
    const left =
      asked === undefined
        ? (probes[Math.min(this.#count, probes.length - 1)] ?? 1)
        : Math.min(askedProbes.most, Math.max(askedProbes.least, this.#log.inFlight))
    if (this.#count === 0) this.#startedAt = now
    this.#count++
    this.#until = now + (asked ?? Math.max(longer * (0.75 + Math.random() / 4), leastMs))
    this.#probing = { left, ids: [], knownAt: Number.POSITIVE_INFINITY, after: this.#log.sent }
  }

  /** @returns the id of the last call before the probes, and the total duration */
  end(now: number): { readonly after: number; readonly lastedMs: number } {
    const after = this.#probing?.after ?? this.#log.sent
    this.#probing = undefined
    this.#until = Math.min(this.#until, now)
    this.#count = 0
    return { after, lastedMs: now - this.#startedAt }
  }
}
