import type { ServingLimits } from '../../../contracts/serving-settings.js'
import type { LimitGrant, SharedLimitPlace, SharedLimits } from '../../../contracts/shared-limits.js'
import type { MaestroError } from '../../../errors/maestro-error.js'
import { leastLimits } from '../least-limits.js'
import { Queue } from '../queue.js'
import { type Waiting, waitInLine } from '../wait-in-line.js'
import { inTime } from './in-time.js'
import { LocalShare } from './local-share.js'

/** A process that has not been heard of for this time is taken for dead. */
export const leaseMs = 15_000
const renewMs = leaseMs / 3
/** How many calls one exchange asks for at most. */
const mostCalls = 64
/** How long the store is left alone after a failure. */
const restMs = 1000
const learning = 0.2

/** The right of one call to be made. */
export interface GatePass {
  /** Its maximum tokens. */
  readonly estimate: number
  /** The tokens that the store has reserved for it. */
  readonly reserved: number
}

/** Where a gate stands, and whom it tells when the store goes away. */
export interface LimitGateParts {
  readonly store: SharedLimits
  readonly place: SharedLimitPlace
  /** Identifies this process. */
  readonly holder: string
  /** Called once each time that the store goes away. */
  readonly away: (error: unknown) => void
}

/**
 * The gate of one model of one account, through which the calls of this process pass in their order. One exchange with the
 * store at a time tells what this process holds and asks for all calls that wait, so that many calls need few round trips.
 * While the store is away, the calls keep to a safe share of the limits.
 */
export class LimitGate {
  readonly #parts: LimitGateParts
  readonly #limits = new Set<ServingLimits>()
  readonly #queue = new Queue<Waiting<GatePass>>()
  readonly #localShare = new LocalShare()
  /** The part of an estimate that calls take, as far as it is known. */
  #taken = 1
  #inFlight = 0
  /** What the store has not been told yet. */
  #news = { ended: false, tokens: 0, penaltyMs: 0 }
  #penaltyUntil = 0
  /** The next time at which it is worth asking. */
  #askAt = 0
  #toldAt = 0
  #holders = 2
  #awayUntil = 0
  #exchanging: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: LimitGateParts) {
    this.#parts = parts
  }

  /** The remaining milliseconds of a penalty of the account. */
  get penaltyMs(): number {
    return Math.max(0, this.#penaltyUntil - performance.now())
  }

  /** Adds limits; the lowest of all apply. @returns removes them again */
  limit(limits: ServingLimits): () => void {
    const own = { ...limits }
    this.#limits.add(own)
    return () => this.#limits.delete(own)
  }

  /** Waits for the turn of a call. @throws the signal's reason, the error of `giveUp` */
  pass(estimate: number, signal?: AbortSignal): Promise<GatePass> {
    const turn = waitInLine(this.#queue, estimate, signal)
    this.#next()
    return turn
  }

  /**
   * Ends a call.
   *
   * @param tokens What it took; undefined if that is unknown, so that its reservation counts.
   * @param penaltyMs How long the provider asks to wait.
   */
  end({ estimate, reserved }: GatePass, tokens: number | undefined, penaltyMs = 0): void {
    this.#inFlight--
    this.#news.ended = true
    if (tokens !== undefined) {
      this.#news.tokens += tokens - reserved
      if (estimate > 0 && tokens > 0) this.#taken += learning * (tokens / estimate - this.#taken)
    }
    if (penaltyMs > 0) {
      this.#news.penaltyMs = Math.max(this.#news.penaltyMs, penaltyMs)
      this.#hold(penaltyMs)
    }
    this.#next()
  }

  /** Rejects all waiting calls, because the provider is unavailable. */
  giveUp(error: MaestroError): void {
    while (this.#queue.size > 0) this.#queue.shift()?.fail(error)
  }

  /** Resolves when the store has been told of all calls that have ended, or cannot be reached. */
  async settled(): Promise<void> {
    while (this.#exchanging !== undefined) await this.#exchanging
    clearTimeout(this.#timer)
  }

  #hold(penaltyMs: number): void {
    this.#penaltyUntil = Math.max(this.#penaltyUntil, performance.now() + penaltyMs)
  }

  /** Does what is due: an exchange, calls on the local share, or a wait for the next of them. */
  #next(): void {
    if (this.#exchanging !== undefined) return
    clearTimeout(this.#timer)
    const now = performance.now()
    if (now < this.#awayUntil) {
      this.#admitLocally(now)
      return
    }
    const askAt = this.#queue.size > 0 ? Math.max(this.#askAt, this.#penaltyUntil) : Number.POSITIVE_INFINITY
    const renewAt = this.#inFlight > 0 ? this.#toldAt + renewMs : Number.POSITIVE_INFINITY
    const at = Math.min(askAt, renewAt)
    if (at <= now || this.#news.ended || this.#news.penaltyMs > 0) this.#begin()
    else this.#wakeAt(at, now)
  }

  #begin(): void {
    this.#exchanging = this.#exchange().then(() => {
      this.#exchanging = undefined
      this.#next()
    })
  }

  async #exchange(): Promise<void> {
    const { store, place, holder, away } = this.#parts
    const { tokens, penaltyMs } = this.#news
    this.#news = { ended: false, tokens: 0, penaltyMs: 0 }
    const inPenalty = performance.now() < this.#penaltyUntil
    const calls = inPenalty
      ? []
      : [...this.#queue.values(mostCalls)].map(({ tokens }) => Math.ceil(tokens * this.#taken))
    const limits = leastLimits(this.#limits)
    const told = { holder, leaseMs, limits, inFlight: this.#inFlight, tokens, penaltyMs: Math.ceil(penaltyMs), calls }
    try {
      const grant = await inTime(store.exchange(place, told))
      this.#awayUntil = 0
      this.#use(grant, calls)
    } catch (error) {
      if (this.#awayUntil === 0) away(error)
      this.#awayUntil = performance.now() + restMs
      // A reservation that is not given back costs time; tokens that are not counted would break the limit.
      this.#news.tokens += Math.max(0, tokens)
      this.#news.penaltyMs = Math.max(this.#news.penaltyMs, penaltyMs)
    }
  }

  #use({ granted, waitMs, penaltyMs, holders }: LimitGrant, calls: readonly number[]): void {
    this.#toldAt = performance.now()
    this.#askAt = granted < calls.length ? this.#toldAt + waitMs : 0
    this.#holders = Math.max(1, holders)
    if (penaltyMs > 0) this.#hold(penaltyMs)
    for (const reserved of calls.slice(0, granted)) {
      const first = this.#queue.shift()
      if (first === undefined) {
        // The call has left meanwhile: what was reserved for it goes back.
        this.#news.ended = true
        this.#news.tokens -= reserved
      } else this.#admit(first, reserved)
    }
  }

  #admitLocally(now: number): void {
    this.#localShare.limit(leastLimits(this.#limits), this.#holders)
    let wait = Math.max(0, this.#penaltyUntil - now)
    while (this.#queue.first !== undefined && wait === 0) {
      wait = this.#localShare.wait(this.#inFlight, now)
      if (wait > 0) break
      const first = this.#queue.shift()
      if (first === undefined) break
      this.#localShare.take(Math.ceil(first.tokens * this.#taken), now)
      this.#admit(first, 0)
    }
    this.#wakeAt(wait > 0 ? Math.min(now + wait, this.#awayUntil) : this.#awayUntil, now)
  }

  #admit({ tokens: estimate, pass }: Waiting<GatePass>, reserved: number): void {
    this.#inFlight++
    pass({ estimate, reserved })
  }

  #wakeAt(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#next(), Math.max(1, Math.min(at - now, leaseMs)))
    // Calls in progress keep the process alive themselves.
    if (this.#queue.size === 0) this.#timer.unref()
  }
}
