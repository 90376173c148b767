import type { ServingLimits } from '../../contracts/serving-settings.js'
import type { Account } from './account.js'
import { ConcurrencyLimit } from './concurrency-limit.js'
import type { CallOutcome, Limiter, LimiterState, Permit } from './limiter.js'
import { RequestRate } from './request-rate.js'
import { StateTeller } from './state-teller.js'
import { TokenRate } from './token-rate.js'
import { verdictOf } from './verdict.js'
import { WaitingLine } from './waiting-line.js'

/** Longer waits are waited in pieces: a timer cannot hold more than 24 days. */
const longestTimerMs = 3_600_000

interface Waiter {
  readonly tokens: number
  readonly go: (permit: Permit) => void
}

/**
 * The limiter of one model of one account. A call may be made when its turn has come, fewer are under way than may be,
 * the rates by the minute allow it and the account does not rest.
 */
export class AdaptiveLimiter implements Limiter {
  readonly #account: Account
  readonly #concurrency = new ConcurrencyLimit()
  readonly #requests = new RequestRate()
  readonly #tokens = new TokenRate()
  readonly #line = new WaitingLine<Waiter>()
  readonly #teller = new StateTeller(() => this.state)
  #inFlight = 0
  #restsSeen: number
  #timer: NodeJS.Timeout | undefined
  #timerDue = 0

  constructor(account: Account) {
    this.#account = account
    this.#restsSeen = account.rests
    account.onWake(() => this.#admit())
  }

  get state(): LimiterState {
    const requestsPerMinute = this.#requests.perMinute
    const coolingMs = this.#account.wait(performance.now())
    return {
      concurrency: this.#concurrency.value,
      inFlight: this.#inFlight,
      waiting: this.#line.size,
      ...(requestsPerMinute === undefined ? {} : { requestsPerMinute: Math.round(requestsPerMinute) }),
      ...(coolingMs > 0 ? { coolingMs: Math.round(coolingMs) } : {}),
    }
  }

  /** What is set now; the rest is learnt. */
  limit({ concurrency, requestsPerMinute, tokensPerMinute }: ServingLimits): void {
    this.#concurrency.limit(concurrency)
    this.#requests.limit(requestsPerMinute)
    this.#tokens.limit(tokensPerMinute)
    this.#admit()
  }

  acquire(tokens: number, signal?: AbortSignal): Promise<Permit> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.#line.size === 0 && this.#wait(performance.now()) === 0) {
        resolve(this.#send(tokens))
        return
      }
      const place = this.#line.join({
        tokens,
        go: (permit) => {
          signal?.removeEventListener('abort', leave)
          resolve(permit)
        },
      })
      const leave = () => {
        this.#line.leave(place)
        reject(signal?.reason)
        // It may have been the only one for whom a timer runs.
        this.#admit()
      }
      signal?.addEventListener('abort', leave)
      this.#admit()
    })
  }

  observe(listener: (state: LimiterState) => void): () => void {
    return this.#teller.observe(listener)
  }

  /** Lets go whoever may. */
  #admit(): void {
    while (this.#line.size > 0) {
      const wait = this.#wait(performance.now())
      if (wait > 0) {
        this.#wakeIn(wait)
        return
      }
      const waiter = this.#line.shift()
      waiter?.go(this.#send(waiter.tokens))
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#teller.changed()
  }

  /** Milliseconds until a call may be sent; infinite while that hangs on one that is under way. */
  #wait(now: number): number {
    const resting = this.#account.wait(now)
    if (this.#account.rests !== this.#restsSeen) {
      this.#restsSeen = this.#account.rests
      this.#concurrency.reopen(this.#inFlight)
      this.#requests.rested()
    }
    if (this.#inFlight >= this.#concurrency.value) return Number.POSITIVE_INFINITY
    return Math.max(resting, this.#requests.wait(now), this.#tokens.wait(now))
  }

  #wakeIn(wait: number): void {
    this.#teller.changed()
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
    const sentAt = performance.now()
    const call = this.#account.send(sentAt)
    this.#inFlight++
    this.#requests.send(sentAt)
    const reserved = this.#tokens.reserve(estimate, sentAt)
    this.#concurrency.send(this.#inFlight)
    const { round } = this.#concurrency
    this.#teller.changed()
    let released = false
    return {
      release: (outcome) => {
        if (released) return
        released = true
        this.#inFlight--
        this.#learn(outcome, { call, sentAt, round, estimate, reserved })
        this.#admit()
      },
    }
  }

  #learn(
    outcome: CallOutcome,
    sent: { call: number; sentAt: number; round: number; estimate: number; reserved: number },
  ): void {
    const now = performance.now()
    const { durationMs, tokens, rateLimits, error } = outcome
    const verdict = verdictOf(outcome)
    this.#concurrency.done(sent.round, verdict, durationMs)
    if (verdict === 'answered') this.#account.answered(sent.call)
    else if (verdict === 'refused' || verdict === 'overloaded') {
      this.#account.refused(sent.call, rateLimits?.retryAfterMs, now)
      if (this.#requests.refused(sent.sentAt, now)) this.#concurrency.refused(this.#inFlight)
    }
    this.#tokens.settle(sent.estimate, sent.reserved, error === undefined && tokens === 0 ? undefined : tokens, now)
    if (rateLimits?.requests !== undefined) this.#requests.told(rateLimits.requests, now)
    if (rateLimits?.tokens !== undefined) this.#tokens.told(rateLimits.tokens, now)
  }
}
