import type { Call, CallLog } from './call-log.js'

/** From below the limit, what is saved up there makes up for the time above it. */
const margin = 0.97
/** Timers are late, and what they lose is made up for. */
const slackMs = 100
/** Less of a measure says nothing. */
const least = { admitted: 4, units: 1, ms: 50 }
/** Of a shorter measure with fewer admitted calls, the next one begins where it began. */
const whole = { admitted: 20, ms: 1000 }
/** After so long a cool-down it is worth to use at once what was saved up. */
const worthMs = 5000
const longestCycleMs = 60_000
const firstMeasure = 64

/** What was admitted between two times at which nothing was left. */
export interface Measure {
  /** Units per millisecond, a little below what was measured. */
  readonly rate: number
  /** The share of calls that were refused. */
  readonly refusedShare: number
}

/** A rate of calls, or of tokens in units of a usual call, per millisecond: infinite until it is learnt. */
export class LearntRate {
  readonly #log: CallLog
  value = Number.POSITIVE_INFINITY
  /** The rate that was last kept without more refusals than usual. */
  good = Number.POSITIVE_INFINITY
  #paidOffAt = Number.NEGATIVE_INFINITY
  /** What was not asked for in a cool-down may have been saved up: the pace may lag behind by so much. */
  #savedMs = 0
  /** What was admitted at once after the last opening, and in all. */
  #burst = 48
  #admitted = 0
  /** The call at which nothing was left the last time, and those that were refused since. */
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

  /** The rate of before a trial. What was measured for it says nothing. */
  restore(rate: number): void {
    this.value = rate
    this.#exhausted = undefined
    this.#refused = []
  }

  /** Nothing is left at this call: from here the next measure begins. */
  markExhausted(call: Call): void {
    this.#exhausted = call
    this.#refused = this.#refused.filter(({ id }) => id > call.id)
  }

  /** Nothing is left at this call. @returns what was admitted since the last time; undefined: too little to say */
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

  /** A first rate, of the calls just before one, after the opening. */
  firstMeasure(call: Call, openedAfter: number): number {
    const from = Math.max(openedAfter, call.id - firstMeasure)
    const ms = Math.max(least.ms, call.sentAt - (this.#log.find(from + 1)?.sentAt ?? 0))
    this.markExhausted(call)
    return (margin * Math.max(1, this.#log.admittedBetween(from, call.id))) / ms
  }

  /** What was admitted since the opening is used up at this call. */
  usedUp(call: Call, openedAfter: number): void {
    this.#admitted = this.#log.admittedBetween(openedAfter, call.id)
  }

  /** The part of it that did not come at the rate was saved up. */
  setBurst(call: Call, openedAt: number): void {
    const paced = this.value === Number.POSITIVE_INFINITY ? 0 : this.value * (call.sentAt - openedAt)
    this.#burst = Math.max(1, this.#admitted - paced)
  }

  /** As much again as was admitted after the opening takes as long again. */
  cycleMs(openedAt: number, now: number): number {
    if (this.value === Number.POSITIVE_INFINITY) return 0
    return Math.min(longestCycleMs, openedAt + (margin * this.#admitted) / this.value - now)
  }

  /** A cool-down is over. */
  reopen(lastedMs: number, now: number): void {
    this.#savedMs = lastedMs < worthMs ? 0 : Math.min(lastedMs, this.#burst / this.value)
    this.#paidOffAt = now - this.#savedMs
  }
}
