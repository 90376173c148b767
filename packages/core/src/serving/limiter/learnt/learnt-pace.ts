import { type Call, CallLog } from './call-log.js'
import { Concurrency } from './concurrency.js'
import { CoolDown } from './cool-down.js'
import { LearntLimit } from './learnt-limit.js'

/** The number of concurrent calls after a cool-down. */
const reopened = { least: 2, most: 24 }

/**
 * Decides when the next call of a model may be sent, from how the previous calls ended. It has three parts: the
 * cool-down of a provider that admits nothing, the limit that is learnt from refusals, and the useful concurrency.
 */
export class LearntPace {
  readonly concurrency = new Concurrency()
  readonly #log = new CallLog()
  readonly #coolDown = new CoolDown(this.#log)
  readonly #limit = new LearntLimit(this.#log, this.#coolDown)

  get inFlight(): number {
    return this.#log.inFlight
  }

  /** The number of calls that may be in progress at once. */
  get atOnce(): number {
    return Math.min(this.#limit.concurrency, this.concurrency.value)
  }

  /** Calls per millisecond; infinite while no rate is learnt. */
  get rate(): number {
    return this.#limit.rate.value
  }

  /** The milliseconds in which the provider receives no calls. */
  coolDownMs(now: number): number {
    const wait = this.#coolDown.wait(now)
    return wait === 'over' ? 0 : wait
  }

  /**
   * Milliseconds until a call may be sent; infinite while that depends on a call in progress.
   *
   * @param waiting The number of calls that wait.
   */
  wait(waiting: number, now: number): number {
    const coolDown = this.#coolDown.wait(now)
    if (coolDown === 'over') this.#reopen(now)
    else if (coolDown > 0) return coolDown
    if (this.#log.inFlight >= this.atOnce) {
      const rises = this.concurrency.risesIn(this.#log.inFlight + waiting, now)
      if (rises > 0) return rises
      this.concurrency.rise()
      return this.wait(waiting, now)
    }
    return this.#limit.wait(now)
  }

  /** @param tokens The maximum tokens of the call; 0 if unknown. */
  send(tokens: number, now: number): Call {
    const call = this.#log.send(now, tokens, this.concurrency.round)
    this.concurrency.send(this.#log.inFlight, now)
    this.#coolDown.send(call)
    this.#limit.send(call, now)
    return call
  }

  /** Reports an answer: a result, or a fault of the request. */
  answered(call: Call, durationMs: number, now: number): void {
    this.#log.end(call, 'admitted', now)
    this.concurrency.answered(call.round, call.load + 1, durationMs)
    if (this.#coolDown.admitted(call, now)) this.#reopen(now)
    this.#limit.admitted(call, now)
  }

  /** Reports that a call was not answered in time. */
  lost(call: Call, now: number): void {
    this.#log.end(call, 'admitted', now)
    this.concurrency.lost(call.round)
  }

  /** Reports that a call was refused or did not reach the provider. */
  refused(call: Call, retryAfterMs: number | undefined, durationMs: number, now: number): void {
    this.#log.end(call, 'refused', now)
    this.concurrency.refused()
    const isCoolingDown = this.#coolDown.isOn
    const isRefusedAgain = this.#coolDown.refused(call, retryAfterMs, durationMs, now)
    const verdict = this.#limit.refused(call, isCoolingDown, now)
    if (isCoolingDown ? isRefusedAgain : verdict === 'closed')
      this.#coolDown.begin(retryAfterMs, this.#limit.close(now), now)
  }

  #reopen(now: number): void {
    if (!this.#coolDown.isOn) return
    const ended = this.#coolDown.end(now)
    this.#limit.reopen(ended, now)
    const more = Math.max(reopened.least, Math.min(reopened.most, this.#limit.rate.burst / 2))
    this.concurrency.reopen(this.#log.inFlight, more)
  }
}
