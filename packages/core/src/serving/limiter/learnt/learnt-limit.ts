import { CallBlock } from './call-block.js'
import type { Call, CallLog } from './call-log.js'
import { ChanceDoubt } from './chance-doubt.js'
import type { CoolDown } from './cool-down.js'
import { LearntConcurrency } from './learnt-concurrency.js'
import { LearntRate } from './learnt-rate.js'
import { LimitSigns } from './limit-signs.js'
import { RaiseSchedule } from './raise-schedule.js'
import { RefusalShare } from './refusal-share.js'
import { type LimitKind, Trial } from './trial.js'

const infinite = Number.POSITIVE_INFINITY

/** The number of calls that are judged together. */
const blockCalls = 20
const blockMs = 1000
/** A longer block ends with the next call. */
const mostBlockMs = 5000
/** A lower measured rate is only a correction. */
const smallCut = 0.9
/** The largest cut of a rate at once; a rate that worked is cut as in CUBIC (RFC 9438). */
const mostCut = 0.85
const mostRaise = 1.25
const leastShare = 0.02
/** The number of recent calls that give a first rate: at the first signs of a limit, or when chance is doubted. */
const measured = { first: 64, doubted: 256 }

/**
 * Learns from refusals which rate and which concurrency a provider admits. When more calls are refused than chance
 * explains, it looks for a limit, tries it, and believes it only if keeping it helps. It then raises the limit again,
 * in steps that double while nothing is refused; it undoes a step that is refused.
 */
export class LearntLimit {
  readonly rate: LearntRate
  readonly usual = new RefusalShare()
  readonly #log: CallLog
  readonly #coolDown: CoolDown
  readonly #signs: LimitSigns
  readonly #concurrency = new LearntConcurrency()
  #trial: Trial | undefined
  readonly #raises = new RaiseSchedule()
  readonly #chance = new ChanceDoubt()
  #block = new CallBlock(0, 0)
  /** The last call before a raised limit was taken back. */
  #takenBackAfter = 0
  #openedAfter = 0
  #openedAt = 0

  constructor(log: CallLog, coolDown: CoolDown) {
    this.#log = log
    this.#coolDown = coolDown
    this.#signs = new LimitSigns(log, coolDown)
    this.rate = new LearntRate(log)
  }

  /** The number of calls that may be in progress at once. */
  get concurrency(): number {
    return this.#concurrency.value
  }

  /** Milliseconds until the rate allows a call. */
  wait(now: number): number {
    const wait = this.rate.wait(now)
    if (wait > 0) this.#block.held = true
    return wait
  }

  send({ cost }: Call, now: number): void {
    if (this.#log.inFlight >= this.#concurrency.value) this.#block.held = true
    this.rate.send(cost, now)
    if (this.#log.sent - this.#block.after > blockCalls || now - this.#block.at > mostBlockMs) this.#endBlock(now)
  }

  admitted(call: Call, now: number): void {
    this.#trial?.end(call)
    if (this.#trial === undefined) this.#concurrency.admitted(call.load)
    this.#judgeTrial(now)
  }

  /** Reports that a call was refused. @param isClosed Whether a cool-down is in effect. */
  refused(call: Call, isClosed: boolean, now: number): 'open' | 'closed' {
    this.#trial?.end(call)
    this.rate.refused(call)
    if (call.id > this.#block.after) this.#block.refused++
    else if (call.id > this.#block.lateAfter && !this.#isLimited) this.usual.learnLate()
    if (isClosed) return 'closed'
    if (
      this.#trial === undefined &&
      this.rate.value > this.rate.good &&
      this.#block.isRefused(call.id, this.usual.value)
    ) {
      this.#takeBack(now)
      return 'open'
    }
    // A step that was taken back explains the refusals of the calls before.
    if (call.id <= this.#takenBackAfter) return 'open'
    if (this.#inARow(call) >= this.usual.inARow && this.#trial?.kind !== 'concurrency')
      return this.#refusedInARow(call, now)
    this.#look(call, now)
    return this.#judgeTrial(now) === 'concurrency' && this.#inARow(call) >= 3 ? 'closed' : 'open'
  }

  /** Reports the start of a cool-down. @returns its minimum duration, as far as the limit is known */
  close(now: number): number {
    if (this.#trial?.doubtsChance === true) this.#refute(this.#trial, now)
    else this.#trial?.pause()
    return this.#coolDown.count === 0 ? this.rate.cycleMs(this.#openedAt, now) : 0
  }

  /** Reports the end of a cool-down. */
  reopen({ after, lastedMs }: { readonly after: number; readonly lastedMs: number }, now: number): void {
    this.#openedAfter = after
    this.#openedAt = now
    this.#newBlock(now)
    this.#trial?.restart(this.#log.sent)
    this.rate.reopen(lastedMs, now)
  }

  get #isLimited(): boolean {
    return Math.min(this.rate.value, this.#concurrency.value) !== infinite
  }

  get #isRaised(): boolean {
    return this.rate.value > this.rate.good || this.#concurrency.value > this.#concurrency.good
  }

  #inARow({ id }: Call): number {
    return this.#log.refusedInARow(id, this.#takenBackAfter).length
  }

  #refusedInARow(call: Call, now: number): 'open' | 'closed' {
    const concurrency = this.#trial === undefined ? this.#signs.concurrency() : undefined
    if (concurrency !== undefined && this.#concurrency.isWorthTrying(concurrency)) {
      this.#tryConcurrency(concurrency, this.#refusedShare(call))
      this.#newBlock(now)
      return 'open'
    }
    if (this.#trial === undefined && this.rate.value > this.rate.good) this.#takeBack(now)
    else if (this.#hasAdmitted(this.#log.refusedInARow(call.id).from)) {
      // The calls that the provider admits at once after a cool-down are used up.
      this.rate.usedUp(call, this.#openedAfter)
      this.#measure(now)
      this.rate.setBurst(call, this.#openedAt)
    }
    this.#newBlock(now)
    return 'closed'
  }

  /** Whether a call was admitted after the end of the cool-down and before a given call. */
  #hasAdmitted(before: number): boolean {
    return this.#log.admittedBetween(Math.max(this.#openedAfter, before - 65), before) > 0
  }

  /** Looks for a limit when more calls are refused than usual. */
  #look(call: Call, now: number): void {
    if (this.#trial !== undefined) return
    if (this.#concurrency.refused(call.load)) {
      this.#takeBack(now)
      return
    }
    const calls = this.#block.callsUntil(call.id)
    if (this.#block.refused < 4 || !this.usual.isExceeded(this.#block.refused, calls)) return
    const last = this.#signs.lastRefused
    if (last === undefined) return
    const share = this.#refusedShare(last)
    const concurrency = this.#signs.concurrency()
    if (concurrency !== undefined) this.#tryConcurrency(concurrency, share)
    // Refusals that depend on nothing happen by chance.
    else if (this.rate.value === infinite && !this.#signs.showRate(this.#openedAfter)) this.usual.set(share)
    else if (this.rate.isMeasuring) this.#measure(now)
    else this.#tryMeasured(last, share, this.usual.value, now)
    this.#newBlock(now)
  }

  /** Tries the rate of the calls that were admitted just before a refused one. */
  #tryMeasured(last: Call, share: number, usual: number | undefined, now: number): void {
    this.#tryRate(this.rate.value, share, usual)
    const calls = usual === undefined ? measured.doubted : measured.first
    this.#setRate(this.rate.firstMeasure(last, this.#openedAfter, calls), now)
  }

  #refusedShare({ id }: Call): number {
    return this.#block.refused / this.#block.callsUntil(id)
  }

  /** The provider's allowance is now used up. The calls that were admitted since the last such moment give the rate. */
  #measure(now: number): void {
    const last = this.#signs.lastRefused
    const measure = last === undefined ? undefined : this.rate.measure(last)
    if (measure === undefined) return
    const { value, good } = this.rate
    // A rate that was kept without refusals is not too high.
    const rate = Math.max(value > good ? good : 0, measure.rate)
    // A small correction needs no proof.
    if (rate > Math.min(value, good) * smallCut) this.#setRate(Math.min(rate, good * mostRaise), now)
    else if (this.#trial?.kind !== 'concurrency') {
      this.#tryRate(this.#trial?.before ?? good, measure.refusedShare, this.usual.value)
      this.#setRate(value === infinite ? rate : Math.max(rate, value * mostCut), now)
    }
  }

  #setRate(rate: number, now: number): void {
    const ratio = rate / this.rate.good
    this.#raises.hold(ratio > 0.8 && ratio < mostRaise)
    this.rate.set(rate, now)
  }

  #tryRate(before: number, share: number, usual: number | undefined): void {
    this.#trial = new Trial('rate', { share, usual, before, sent: this.#log.sent })
  }

  #tryConcurrency(limit: number, share: number): void {
    const before = this.#concurrency.value
    this.#trial = new Trial('concurrency', { share, usual: this.usual.value, before, sent: this.#log.sent })
    this.#concurrency.value = limit
  }

  /** @returns the kind of limit that was given up */
  #judgeTrial(now: number): LimitKind | undefined {
    const trial = this.#trial
    const verdict = trial?.verdict(this.#log.sent)
    if (trial === undefined || verdict === undefined) return undefined
    if (verdict === 'refuted') return this.#refute(trial, now)
    this.#trial = undefined
    if (trial.kind === 'concurrency') this.#concurrency.believe()
    // Refusals under a limit happen by chance.
    else this.usual.set(Math.min(this.usual.value, trial.refusedShare), trial.calls)
    this.rate.good = this.rate.value
    this.#concurrency.good = this.#concurrency.value
    return undefined
  }

  /** Keeping the limit does not help. */
  #refute({ kind, before, share }: Trial, now: number): LimitKind {
    this.#trial = undefined
    if (kind === 'concurrency') this.#concurrency.refute(before)
    else {
      this.rate.restore(before)
      this.usual.set(share)
    }
    this.#newBlock(now)
    return kind
  }

  #takeBack(now: number): void {
    const last = this.#signs.lastRefused
    if (last !== undefined && this.rate.isMeasuring) this.rate.markExhausted(last)
    this.rate.value = this.rate.good
    this.#concurrency.takeBack()
    this.#takenBackAfter = this.#log.sent
    this.#raises.hold(true)
    this.#newBlock(now)
  }

  #newBlock(now: number, lateAfter = this.#log.sent): void {
    this.#block = new CallBlock(this.#log.sent, now, lateAfter)
  }

  #endBlock(now: number): void {
    // A trial is not judged before its end.
    if (this.#trial !== undefined) return
    const { after, at, refused, held } = this.#block
    const calls = this.#log.sent - after
    const isHolding = this.#raises.isHolding(calls, now) && !this.#isRaised
    if (this.#isLimited && (isHolding || !held || now - at < blockMs)) return
    const expected = Math.max(leastShare, this.usual.value) * calls
    if (this.#isLimited && refused > expected + Math.sqrt(expected)) {
      if (this.#isRaised) {
        this.#takeBack(now)
        return
      }
      if (refused > 1 + expected + 2 * Math.sqrt(expected) && this.#signs.lastRefused !== undefined) {
        if (this.rate.value !== infinite) this.#measure(now)
        this.#newBlock(now)
        return
      }
    }
    // Under a limit, a higher usual share is learnt only if keeping the limit does not help.
    if (!this.#isLimited || refused < expected - 2 * Math.sqrt(expected)) this.usual.learn(refused, calls)
    const last = this.#signs.lastRefused
    const isDue = this.#chance.isDue(this.usual.value, calls)
    // Fewer calls since the cool-down give no rate.
    if (isDue && last !== undefined && last.id - this.#openedAfter >= measured.first) {
      this.#chance.examine()
      this.#tryMeasured(last, this.usual.value, undefined, now)
    } else if (this.#isLimited) this.#raise()
    this.#newBlock(now, after)
  }

  /** The limit was kept without more refusals than usual. */
  #raise(): void {
    this.rate.good = this.rate.value
    this.#concurrency.good = this.#concurrency.value
    const factor = this.#raises.next()
    this.rate.value *= factor
    this.#concurrency.raise(factor)
  }
}
