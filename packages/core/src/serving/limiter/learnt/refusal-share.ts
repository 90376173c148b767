/** What happens by chance less often than this does not happen by chance. */
const luck = 0.0003
/** Before the first call, half of them may be refused. */
const prior = { calls: 8, refused: 4 }
/** The share is learnt over about so many calls. */
const memory = 64
const least = 0.05
/** What refuses more than this is closed, whatever was usual. */
const most = 0.5
const deviations = 3

/** The share of calls that a provider refuses by chance: nothing can be learnt from those refusals. */
export class RefusalShare {
  #calls = prior.calls
  #refused = prior.refused

  get value(): number {
    return Math.min(most, this.#refused / this.#calls)
  }

  /** So many refusals in a row are no chance. */
  get inARow(): number {
    return Math.ceil(Math.log(luck) / Math.log(Math.max(least, this.value)))
  }

  /** Whether so many refusals of so many calls are more than chance explains. */
  isExceeded(refused: number, calls: number): boolean {
    const share = Math.max(least, this.value)
    const error = Math.sqrt(share * (1 - share) * calls)
    return refused - share * calls > deviations * (error + 1)
  }

  /** A block of calls is over. */
  learn(refused: number, calls: number): void {
    const keep = Math.max(0, 1 - calls / memory)
    this.#calls = this.#calls * keep + calls
    this.#refused = this.#refused * keep + refused
  }

  /** A refusal of the block before was heard of only now. */
  learnLate(): void {
    this.#refused++
  }

  /** What is known now replaces what was. @param calls From how many it is known. */
  set(share: number, calls = memory / 2): void {
    this.#calls = calls
    this.#refused = Math.min(most, share) * calls
  }
}
