import type { RateLimit } from '../../contracts/serving-settings.js'
import { isNoAccident } from './accidents.js'
import { Pace } from './pace.js'
import { toldRate } from './told-rate.js'

const slackMs = 100
/** What is sent in so long, and at least so many calls, is judged together. */
const spanMs = 1000
const spanCalls = 10
const searchSpanCalls = 3
const longSpanMs = 10_000
/** So many refusals, if they are no accident, need no more waiting. */
const flood = 4
/** From below the limit, what is saved up there makes up for the time above it. */
const margin = 0.9
/** How much the rate rises with each span that goes well, and at most: one that was measured, and one that was not. */
const creep = { step: 0.005, most: 0.1 }
const search = { step: 0.1, most: 0.25 }
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
  /** Whether the rate was measured for long enough to be relied on. */
  #measured = false
  #rested = false
  /** What was let in since the rate was lowered last; of a rate that never was, in the last two spans. */
  #letIn = 0
  #countedFrom = 0
  #spanBefore = { letIn: 0, ms: 0 }

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

  /** The account has rested: who knows whether the provider has saved up what was not asked for in that time. */
  rested(): void {
    this.#rested = true
  }

  /** @returns whether the rate was lowered */
  #judge(now: number): boolean {
    if (this.#sent === 0) return false
    const ms = now - this.#spanStart
    const flooded = this.#refused >= flood && isNoAccident(this.#refused, this.#sent, 3)
    const enough = this.#measured ? spanCalls : searchSpanCalls
    if (!flooded && (ms < spanMs || (this.#sent < enough && ms < longSpanMs))) return false
    const tooMany = flooded || isNoAccident(this.#refused, this.#sent, 2)
    // Where nothing was let in there is no rate to be told: how long to wait is the account's matter.
    const lower = tooMany && this.#letIn > 0
    if (lower) this.#lower(now)
    else if (!tooMany) this.#raise(now)
    this.#sent = 0
    this.#refused = 0
    this.#held = false
    return lower
  }

  /**
   * The new rate lies between two measures. Of a provider that saves up, what was let in since it had nothing left the
   * last time is exact; of one that does not, what was let in just now.
   */
  #lower(now: number): void {
    const ms = now - this.#countedFrom
    const sinceLast = Math.max(0, this.#letIn) / Math.max(spanMs, ms)
    const latest = this.#letInOfSpan() + this.#spanBefore.letIn
    const justNow = latest / Math.max(spanMs, now - this.#spanStart + this.#spanBefore.ms)
    const letIn = (margin * (sinceLast + justNow)) / 2
    this.#spanBefore = { letIn: 0, ms: 0 }
    this.#measured = ms >= spanMs && !this.#rested
    this.#rested = false
    // A short while measures badly: half of what was is the least then.
    const least = this.#measured || this.#learnt === Number.POSITIVE_INFINITY ? slowest : this.#learnt / 2
    this.#learnt = Math.max(least, Math.min(this.#learnt * margin, letIn))
    this.#loweredAt = now
    this.#countedFrom = now
    this.#letIn = 0
    this.#goodSpans = 0
    this.#apply()
  }

  #raise(now: number): void {
    this.#spanBefore = { letIn: this.#letInOfSpan(), ms: now - this.#spanStart }
    if (this.#learnt === Number.POSITIVE_INFINITY) {
      this.#countedFrom = this.#spanStart
      this.#letIn = this.#letInOfSpan()
    } else if (this.#held) {
      this.#goodSpans++
      const { step, most } = this.#measured ? creep : search
      this.#learnt *= 1 + Math.min(most, step * this.#goodSpans)
      this.#apply()
    }
  }

  /** Refusals of calls of the span before may come only now. */
  #letInOfSpan(): number {
    return Math.max(0, this.#sent - this.#refused)
  }

  #apply(): void {
    const set = this.#set === Number.POSITIVE_INFINITY ? this.#set : this.#pace.within(this.#set)
    this.#pace.perMs = Math.min(set, this.#learnt, this.#told)
  }
}
