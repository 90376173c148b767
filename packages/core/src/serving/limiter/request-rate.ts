import type { RateLimit } from '../../contracts/serving-settings.js'
import { Pace } from './pace.js'
import { toldRate } from './told-rate.js'

const slackMs = 100
/** What is sent in so long, and at least so many calls, is judged together. */
const spanMs = 1000
const spanCalls = 10
const longSpanMs = 10_000
/** So large a share of refusals may be an accident. */
const accidents = 0.1
/** From below the limit, what is saved up there makes up for the time above it. */
const margin = 0.9
const slowest = 1 / 60_000

/**
 * Requests by the minute: set, told by the provider, or learnt from refusals. What was let in while calls were refused
 * is the rate; from there it creeps up, faster the longer all goes well, and back when more is refused.
 */
export class RequestRate {
  readonly #pace = new Pace(slackMs)
  #set = Number.POSITIVE_INFINITY
  #told = Number.POSITIVE_INFINITY
  #learnt = Number.POSITIVE_INFINITY
  #loweredAt = Number.NEGATIVE_INFINITY
  #spanStart = 0
  #sent = 0
  #refused = 0
  #held = false
  #goodSpans = 0
  /** What was let in since the rate was lowered last; of a rate that never was, in the last two spans. */
  #letIn = 0
  #countedFrom = 0

  /** Undefined: not bounded. */
  get perMinute(): number | undefined {
    const learnt = Math.min(this.#learnt, this.#told) * 60_000
    const least = Math.min(learnt, this.#set)
    return least === Number.POSITIVE_INFINITY ? undefined : least
  }

  /** What is set, the least of it where several servings set it. */
  limit(perMinute: number | undefined): void {
    this.#set = perMinute ?? Number.POSITIVE_INFINITY
    this.#apply()
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    const wait = this.#pace.wait(now)
    if (wait > 0) this.#held = true
    return wait
  }

  send(now: number): void {
    this.#judge(now)
    if (this.#sent === 0) this.#spanStart = now
    if (this.#countedFrom === 0) this.#countedFrom = now
    this.#sent++
    this.#letIn++
    this.#pace.take(1, now)
  }

  /**
   * A call was refused. @param sentAt When it had been sent: one that was sent before the rate was lowered says nothing
   * new.
   * @returns whether the rate was lowered
   */
  refused(sentAt: number, now: number): boolean {
    if (sentAt < this.#loweredAt) return false
    this.#refused++
    this.#letIn--
    return this.#judge(now)
  }

  /** The provider says what is left. */
  told(limit: RateLimit, now: number): void {
    const { perMs, holdMs } = toldRate(limit)
    this.#told = perMs
    this.#apply()
    if (holdMs > 0) this.#pace.hold(now + holdMs)
  }

  /** @returns whether the rate was lowered */
  #judge(now: number): boolean {
    if (this.#sent === 0) return false
    const ms = now - this.#spanStart
    const flooded = this.#refused >= 4 && this.#refusedBeyond(3)
    if (!flooded && (ms < spanMs || (this.#sent < spanCalls && ms < longSpanMs))) return false
    const lower = flooded || this.#refusedBeyond(2)
    if (lower) this.#lower(now)
    else this.#raise()
    this.#sent = 0
    this.#refused = 0
    this.#held = false
    return lower
  }

  /** Whether more was refused than by accident, by so many standard deviations. */
  #refusedBeyond(deviations: number): boolean {
    const expected = accidents * this.#sent
    return this.#refused > expected + deviations * Math.sqrt(expected)
  }

  #lower(now: number): void {
    const ms = now - this.#countedFrom
    // Few calls measure badly: half of what was is the least then.
    const least = this.#learnt === Number.POSITIVE_INFINITY || ms >= 5 * spanMs ? 0 : this.#learnt / 2
    const letIn = Math.max(0, this.#letIn) / Math.max(spanMs, ms)
    this.#learnt = Math.max(slowest, least, Math.min(this.#learnt, letIn) * margin)
    this.#loweredAt = now
    this.#countedFrom = now
    this.#letIn = 0
    this.#goodSpans = 0
    this.#apply()
  }

  #raise(): void {
    if (this.#learnt === Number.POSITIVE_INFINITY) {
      this.#countedFrom = this.#spanStart
      this.#letIn = this.#sent - this.#refused
    } else if (this.#held) {
      this.#goodSpans++
      this.#learnt *= 1 + Math.min(0.1, 0.005 * this.#goodSpans)
      this.#apply()
    }
  }

  #apply(): void {
    const set = this.#set === Number.POSITIVE_INFINITY ? this.#set : this.#pace.within(this.#set)
    this.#pace.perMs = Math.min(set, this.#learnt, this.#told)
  }
}
