import type { Call, CallLog } from './call-log.js'

/** A rate below the limit leaves savings at the provider, which compensate for the time above the limit. */
const margin = 0.97
/** Timers fire late; this allows the lost time to be recovered. */
const slackMs = 100
/** A shorter measurement is not significant. */
const least = { admitted: 4, units: 1, ms: 50 }
/** After a measurement that is shorter and has fewer admitted calls, the next one keeps its start. */
const whole = { admitted: 20, ms: 1000 }
/**
 * After a cool-down of this length, it is worthwhile to use the savings at once. A shorter one may be the second that a
 * server asks for at least, during which a server with short windows saves nothing up.
 */
const worthMs = 1500
const longestCycleMs = 60_000

/** The units that were admitted between two moments at which the allowance was used up. */
export interface Measure {
  /** Units per millisecond, slightly below the measured rate. */
  readonly rate: number
  /** The share of calls that were refused. */
  readonly refusedShare: number
}

/** A rate of calls, or of tokens in units of an average call, per millisecond; infinite until it is learnt. */
export class LearntRate {
  readonly #log: CallLog
  value = Number.POSITIVE_INFINITY
  /** The latest rate that was kept without more refusals than usual. */
  good = Number.POSITIVE_INFINITY
  #paidOffAt = Number.NEGATIVE_INFINITY
  /** The units that may have been saved up during a cool-down: the pace may lag behind by this amount. */
  #savedMs = 0
  /** The units that were admitted after the last cool-down, at once and in all. */
  #burst = 48
  #admitted = 0
  /** The call at which the allowance was last used up, and the calls that were refused since. */
  #exhausted: Call | undefined
  #refused: Call[] = []

  constructor(log: CallLog) {
    this.#log = log
  }

  get burst(): number {
    return this.#burst
  }

  get isMeasuring(): boolean {
    return this.#exhausted !== undefined
  }

  wait(now: number): number {
    return this.value === Number.POSITIVE_INFINITY ? 0 : Math.max(0, this.#paidOffAt - slackMs - now)
  }

  send(cost: number, now: number): void {
    if (this.value === Number.POSITIVE_INFINITY) return
    this.#paidOffAt = Math.max(this.#paidOffAt, now - this.#savedMs) + cost / this.value
    this.#savedMs = Math.max(0, Math.min(this.#savedMs, now - this.#paidOffAt))
  }

  refused(call: Call): void {
    if (this.#exhausted !== undefined) this.#refused.push(call)
  }

  set(rate: number, now: number): void {
    this.value = rate
    this.#paidOffAt = Math.max(this.#paidOffAt === Number.NEGATIVE_INFINITY ? now : this.#paidOffAt, now)
  }

  /** The rate before a trial. Measurements of it are not significant. */
  restore(rate: number): void {
    this.value = rate
    this.#exhausted = undefined
    this.#refused = []
  }

  /** Reports that the allowance is used up at this call, where the next measurement begins. */
  markExhausted(call: Call): void {
    this.#exhausted = call
    this.#refused = this.#refused.filter(({ id }) => id > call.id)
  }

  /**
   * Reports that the allowance is used up at this call. @returns what was admitted since the last time; undefined if
   * that is too little
   */
  measure(call: Call): Measure | undefined {
    const before = this.#exhausted
    if (before === undefined) {
      this.markExhausted(call)
      return undefined
    }
    const refused = this.#refused.filter(({ id }) => id > before.id && id <= call.id)
    const calls = call.id - before.id
    const admitted = calls - refused.length
    const units = refused.reduce((left, { cost }) => left - cost, call.costs - before.costs)
    const ms = call.sentAt - before.sentAt
    if (admitted < least.admitted || units < least.units || ms < least.ms) return undefined
    if (ms >= whole.ms || admitted >= whole.admitted) this.markExhausted(call)
    return { rate: (margin * units) / ms, refusedShare: refused.length / calls }
  }

  /** Returns a first rate, from a number of calls just before a given one, after the cool-down. */
  firstMeasure(call: Call, openedAfter: number, calls: number): number {
    const from = Math.max(openedAfter, call.id - calls)
    const ms = Math.max(least.ms, call.sentAt - (this.#log.find(from + 1)?.sentAt ?? 0))
    this.markExhausted(call)
    return (margin * Math.max(1, this.#log.admittedBetween(from, call.id))) / ms
  }

  /** Reports that the units admitted since the cool-down are used up at this call. */
  usedUp(call: Call, openedAfter: number): void {
    this.#admitted = this.#log.admittedBetween(openedAfter, call.id)
  }

  /** The units that did not arrive at the rate were saved up. */
  setBurst(call: Call, openedAt: number): void {
    const paced = this.value === Number.POSITIVE_INFINITY ? 0 : this.value * (call.sentAt - openedAt)
    this.#burst = Math.max(1, this.#admitted - paced)
  }

  /** Saving the same amount again takes the same time again. */
  cycleMs(openedAt: number, now: number): number {
    if (this.value === Number.POSITIVE_INFINITY) return 0
    return Math.min(longestCycleMs, openedAt + (margin * this.#admitted) / this.value - now)
  }

  /** Reports the end of a cool-down. */
  reopen(lastedMs: number, now: number): void {
    this.#savedMs = lastedMs < worthMs ? 0 : Math.min(lastedMs, this.#burst / this.value)
    this.#paidOffAt = now - this.#savedMs
  }
}
