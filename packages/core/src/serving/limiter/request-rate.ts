import type { RateLimit } from '../../contracts/serving-settings.js'
import { Pace } from './pace.js'
import { toldRate } from './told-rate.js'

const slackMs = 100
/** What is sent in so long, and at least so many calls, is judged together. */
const spanMs = 1000
const spanCalls = 10
const longSpanMs = 10_000
/** More refusals than this share of the calls are no accident. */
const accidents = 0.1
/** So many at once need no more waiting. */
const flood = { refused: 4, share: 0.3 }
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
  #before = { let: 0, ms: 0 }

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
    this.#sent++
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
    // Those of the span before may be refused only now.
    const share = Math.min(1, this.#refused / this.#sent)
    const flooded = this.#refused >= flood.refused && share >= flood.share
    if (!flooded && (ms < spanMs || (this.#sent < spanCalls && ms < longSpanMs))) return false
    const lower = this.#refused > 1 && share > accidents
    if (lower) this.#lower(ms, now)
    else this.#raise(ms)
    this.#sent = 0
    this.#refused = 0
    this.#held = false
    return lower
  }

  #lower(ms: number, now: number): void {
    const letIn = Math.max(0, this.#sent - this.#refused)
    if (this.#learnt === Number.POSITIVE_INFINITY) {
      // What was let in at first may have been saved up: a second's worth at least is looked at.
      this.#learnt = (this.#before.let + letIn) / Math.max(spanMs, this.#before.ms + ms)
    } else {
      // Few calls measure badly; a long span may tell of a far lower rate.
      this.#learnt = Math.max(letIn / Math.max(1, ms), this.#learnt / (ms < 5 * spanMs ? 2 : 4))
    }
    this.#learnt = Math.max(this.#learnt, slowest)
    this.#loweredAt = now
    this.#goodSpans = 0
    this.#before = { let: 0, ms: 0 }
    this.#apply()
  }

  #raise(ms: number): void {
    this.#before = { let: Math.max(0, this.#sent - this.#refused), ms }
    if (!this.#held || this.#learnt === Number.POSITIVE_INFINITY) return
    this.#goodSpans++
    this.#learnt *= 1 + Math.min(0.1, 0.02 * this.#goodSpans)
    this.#apply()
  }

  #apply(): void {
    const set = this.#set === Number.POSITIVE_INFINITY ? this.#set : this.#pace.within(this.#set)
    this.#pace.perMs = Math.min(set, this.#learnt, this.#told)
  }
}
