/** Of so many answers, that many refusals say that the account is at its limit, and not that a call had bad luck. */
const remembered = 8
const tooMany = 4
const forgottenAfterMs = 5000

const nothingKnown = 2 ** remembered - 1
const baseMs = 500
const mostMs = 30_000

/**
 * The rest of an account: when it refuses, all its servings leave it in peace, as long as it asks for. A refusal among
 * many answers is that call's own bad luck, and the account goes on; where little is known, one refusal is enough. The
 * answer to a call that was sent later than the refused one ends the rest.
 */
export class Account {
  readonly #woken = new Set<() => void>()
  #sent = 0
  #lastRefused = 0
  #lastAnswered = 0
  #restUntil = 0
  #rests = 0
  /** Bits of the last answers, 1 for a refusal. What is not known counts as one. */
  #history = nothingKnown
  #heardAt = 0
  #refusedInARow = 0

  /** How many rests have run to their end. */
  get rests(): number {
    return this.#rests
  }

  /** Is called when a rest ends early. */
  onWake(wake: () => void): void {
    this.#woken.add(wake)
  }

  /** A call is sent. @returns its number */
  send(): number {
    return ++this.#sent
  }

  /** Milliseconds that the account still rests. */
  wait(now: number): number {
    if (this.#restUntil === 0) return 0
    if (now < this.#restUntil) return this.#restUntil - now
    this.#restUntil = 0
    this.#rests++
    return 0
  }

  /** A call was answered. @param call Its number. */
  answered(call: number, now: number): void {
    this.#remember(0, now)
    this.#lastAnswered = Math.max(this.#lastAnswered, call)
    if (call <= this.#lastRefused) return
    this.#refusedInARow = 0
    if (this.#restUntil === 0) return
    this.#restUntil = 0
    for (const wake of this.#woken) wake()
  }

  /** A call was refused. @param retryAfterMs For how long; without it, longer from time to time. */
  refused(call: number, retryAfterMs: number | undefined, now: number): void {
    this.#remember(1, now)
    this.#lastRefused = Math.max(this.#lastRefused, call)
    if (call < this.#lastAnswered || refusals(this.#history) < tooMany) return
    // Those that were under way together are one refusal.
    if (this.wait(now) === 0) this.#refusedInARow++
    const backoff = Math.min(mostMs, baseMs * 2 ** (this.#refusedInARow - 1)) * (0.5 + Math.random() / 2)
    this.#restUntil = Math.max(this.#restUntil, now + (retryAfterMs ?? backoff))
  }

  #remember(refused: 0 | 1, now: number): void {
    if (now - this.#heardAt > forgottenAfterMs) this.#history = nothingKnown
    this.#heardAt = now
    this.#history = ((this.#history << 1) | refused) & nothingKnown
  }
}

function refusals(history: number): number {
  let count = 0
  for (let bits = history; bits !== 0; bits &= bits - 1) count++
  return count
}
