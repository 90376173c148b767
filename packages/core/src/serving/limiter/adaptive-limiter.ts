import type { ServingLimits } from '../../contracts/serving-settings.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import type { Account } from './account.js'
import { FailureStreak } from './failure-streak.js'
import type { Call } from './learnt/call-log.js'
import { LearntPace } from './learnt/learnt-pace.js'
import type { CallOutcome, Failing, Limiter, LimiterState, Permit } from './limiter.js'
import { Queue } from './queue.js'
import { ReportedLimit } from './reported-limit.js'
import { StateReporter } from './state-reporter.js'
import { TokenBucket } from './token-bucket.js'
import { TokenRate } from './token-rate.js'
import { verdictOf } from './verdict.js'
import { type Waiting, waitInLine } from './wait-in-line.js'

/** Longer waits are split, because a timer cannot exceed 24 days. */
const longestTimerMs = 3_600_000
const requestSlackMs = 100
/** A shorter wait that a provider asks for is its pace, not a cool-down, and a brief failure is not an outage. */
const worthTellingMs = 1000

/** A call in progress, and what it has reserved. */
interface Sent {
  readonly call: Call
  readonly estimate: number
  readonly reserved: number
  /** The reported limits whose wait it cut short. */
  readonly early: readonly ReportedLimit[]
}

/**
 * The limiter of one model of one account. A call may be sent when its turn has come, when the rates (set, reported by
 * the provider, and learnt) allow it, when there is room among the calls in progress, and when the account is not in a
 * cool-down.
 */
export class AdaptiveLimiter implements Limiter {
  readonly #account: Account
  readonly #learnt = new LearntPace()
  readonly #setRequests = new TokenBucket(requestSlackMs)
  readonly #reportedRequests = new ReportedLimit(requestSlackMs)
  readonly #tokens = new TokenRate()
  readonly #streak = new FailureStreak()
  readonly #queue = new Queue<Waiting<Permit>>()
  readonly #reporter = new StateReporter(() => this.state)
  #set: ServingLimits = {}
  #timer: NodeJS.Timeout | undefined
  #timerDue = 0

  constructor(account: Account) {
    this.#account = account
    account.onWake(() => this.#admit())
  }

  get answers(): number {
    return this.#streak.answers
  }

  failing(run?: string): Failing | undefined {
    return this.#streak.failing(run)
  }

  get state(): LimiterState {
    const now = performance.now()
    const learnt = Math.min(this.#learnt.rate, this.#reportedRequests.perMs) * 60_000
    const requestsPerMinute = Math.min(learnt, this.#set.requestsPerMinute ?? Number.POSITIVE_INFINITY)
    const reported = Math.max(this.#reportedRequests.wait(now), this.#tokens.reported.wait(now))
    const coolDownMs = Math.max(this.#coolDownMs(now), reported >= worthTellingMs ? reported : 0)
    const failing = this.failing()
    const isFailing = failing !== undefined && failing.lastingMs >= worthTellingMs
    return {
      concurrency: this.#learnt.atOnce,
      inFlight: this.#learnt.inFlight,
      waiting: this.#queue.size,
      ...(requestsPerMinute === Number.POSITIVE_INFINITY ? {} : { requestsPerMinute: Math.round(requestsPerMinute) }),
      ...(coolDownMs > 0 ? { coolDownMs: Math.round(coolDownMs) } : {}),
      ...(isFailing ? { failing } : {}),
    }
  }

  /**
   * The limits that are set; the others are learnt.
   *
   * @param total The milliseconds that a call may take in all.
   */
  limit(limits: ServingLimits, total = Number.POSITIVE_INFINITY): void {
    const { concurrency, requestsPerMinute, tokensPerMinute } = limits
    this.#set = limits
    this.#learnt.concurrency.set(concurrency)
    this.#setRequests.perMs =
      requestsPerMinute === undefined ? Number.POSITIVE_INFINITY : this.#setRequests.within(requestsPerMinute)
    this.#tokens.limit(tokensPerMinute)
    this.#reportedRequests.longestMs = total
    this.#tokens.reported.longestMs = total
    this.#admit()
  }

  acquire(tokens: number, signal?: AbortSignal): Promise<Permit> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    if (this.#queue.size === 0 && this.#wait(performance.now()) === 0) return Promise.resolve(this.#send(tokens))
    // The only waiting call for which a timer runs may leave.
    const turn = waitInLine(this.#queue, tokens, signal, () => this.#admit())
    this.#admit()
    return turn
  }

  giveUp(error: MaestroError): void {
    while (this.#queue.size > 0) this.#queue.shift()?.fail(error)
    this.#admit()
  }

  observe(listener: (state: LimiterState) => void): () => void {
    return this.#reporter.observe(listener)
  }

  /** Sends all calls that may be sent now. */
  #admit(): void {
    while (this.#queue.size > 0) {
      const wait = this.#wait(performance.now())
      if (wait > 0) {
        this.#wakeIn(wait)
        return
      }
      const waiter = this.#queue.shift()
      waiter?.pass(this.#send(waiter.tokens))
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#reporter.changed()
  }

  #coolDownMs(now: number): number {
    return Math.max(this.#learnt.coolDownMs(now), this.#account.wait(now, this))
  }

  /** Milliseconds until a call may be sent; infinite while that depends on a call in progress. */
  #wait(now: number): number {
    return Math.max(
      this.#learnt.wait(this.#queue.size, now),
      this.#account.wait(now, this),
      this.#setRequests.wait(now),
      this.#reportedRequests.wait(now),
      this.#tokens.wait(now),
    )
  }

  #wakeIn(wait: number): void {
    this.#reporter.changed()
    if (wait === Number.POSITIVE_INFINITY) return
    const due = performance.now() + wait
    if (this.#timer !== undefined && Math.abs(due - this.#timerDue) < 1) return
    clearTimeout(this.#timer)
    this.#timerDue = due
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#admit()
      },
      Math.min(Math.ceil(wait), longestTimerMs),
    )
  }

  #send(estimate: number): Permit {
    const now = performance.now()
    const call = this.#learnt.send(estimate, now)
    this.#setRequests.take(1, now)
    const { reserved, isEarly } = this.#tokens.reserve(estimate, now)
    const early = [
      ...(this.#reportedRequests.take(1, now) ? [this.#reportedRequests] : []),
      ...(isEarly ? [this.#tokens.reported] : []),
    ]
    this.#reporter.changed()
    let released = false
    return {
      release: (outcome) => {
        if (released) return
        released = true
        this.#learn(outcome, { call, estimate, reserved, early })
        this.#admit()
      },
    }
  }

  #learn(outcome: CallOutcome, { call, estimate, reserved, early }: Sent): void {
    const now = performance.now()
    const { durationMs, tokens, rateLimits, error, run } = outcome
    const verdict = verdictOf(outcome)
    if (verdict === 'answered') {
      this.#learnt.answered(call, durationMs, now)
      this.#account.answered(call.sentAt, now)
      this.#streak.answered()
      for (const reported of early) reported.refute()
    } else {
      this.#streak.failed(error, run)
      if (verdict === 'lost') this.#learnt.lost(call, now)
      else this.#refused(call, rateLimits?.retryAfterMs, durationMs, now)
    }
    this.#tokens.settle(estimate, reserved, error === undefined && tokens === 0 ? undefined : tokens, now)
    if (rateLimits?.requests !== undefined) this.#reportedRequests.tell(rateLimits.requests, now)
    if (rateLimits?.tokens !== undefined) this.#tokens.tell(rateLimits.tokens, now)
  }

  #refused(call: Call, retryAfterMs: number | undefined, durationMs: number, now: number): void {
    this.#learnt.refused(call, retryAfterMs, durationMs, now)
    const coolDownMs = this.#learnt.coolDownMs(now)
    if (coolDownMs > 0) this.#account.coolDown(now + coolDownMs, call.sentAt, this)
  }
}
