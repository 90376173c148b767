/** A limit is kept for this time, or for this many calls, before it is raised. */
const holdMs = 5000
const holdCalls = 20
const mostPatience = 16
const step = { first: 0.05, most: 1 }

/** When a limit is raised, and by how much: in steps that double while nothing is refused. */
export class RaiseSchedule {
  #holdUntil: number | undefined
  #step = step.first
  #patience = 1

  /** Begins to keep a limit that was just learnt or taken back: longer than before, if it was about right. */
  hold(longer: boolean): void {
    this.#patience = longer ? Math.min(mostPatience, this.#patience * 2) : 1
    this.#holdUntil = undefined
    this.#step = step.first
  }

  /** Whether the limit is still to be kept. @param calls The calls since it is kept. */
  isHolding(calls: number, now: number): boolean {
    this.#holdUntil ??= now + holdMs
    return calls < this.#patience * holdCalls && now < this.#holdUntil
  }

  /** The factor of the next raise. */
  next(): number {
    const factor = 1 + this.#step
    this.#step = Math.min(step.most, this.#step * 2)
    return factor
  }
}
