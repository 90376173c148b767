/** An event with a lower probability is not attributed to chance. */
const luck = 0.0003
/** Before the first call, up to half of the calls may be refused. */
const prior = { calls: 8, refused: 4 }
/** The share is learnt over about this many calls. */
const memory = 64
const least = 0.05
/** A provider that refuses a larger share is closed, whatever was usual. */
const most = 0.5
const deviations = 3

/** The share of calls that a provider refuses by chance. Nothing can be learnt from those refusals. */
export class RefusalShare {
  #calls = prior.calls
  #refused = prior.refused

  get value(): number {
    return Math.min(most, this.#refused / this.#calls)
  }

  /** This many consecutive refusals are not due to chance. */
  get inARow(): number {
    return Math.ceil(Math.log(luck) / Math.log(Math.max(least, this.value)))
  }

  /** Whether this number of refusals among this number of calls exceeds what chance explains. */
  isExceeded(refused: number, calls: number): boolean {
    const share = Math.max(least, this.value)
    const error = Math.sqrt(share * (1 - share) * calls)
    return refused - share * calls > deviations * (error + 1)
  }

  /** Reports the end of a block of calls. */
  learn(refused: number, calls: number): void {
    const keep = Math.max(0, 1 - calls / memory)
    this.#calls = this.#calls * keep + calls
    this.#refused = this.#refused * keep + refused
  }

  /** Reports a refusal of the previous block that arrived only now. */
  learnLate(): void {
    this.#refused++
  }

  /** Replaces the learnt share. @param calls The number of calls that it is based on. */
  set(share: number, calls = memory / 2): void {
    this.#calls = calls
    this.#refused = Math.min(most, share) * calls
  }
}
