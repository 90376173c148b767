/** How much less a call counts with each that is sent after it: about the last eight are looked at. */
const decay = 7 / 8
const forgottenAfterMs = 60_000

const baseMs = 500
const mostMs = 30_000

/**
 * The rest of an account: when it refuses, all its servings leave it in peace, as long as it asks for. A refusal among
 * many answers is that call's own bad luck, and the account goes on; before it has answered at all, one refusal is enough.
 * The answer to a call that was sent later than the refused one ends the rest.
 */
export class Account {
  readonly #woken = new Set<() => void>()
  #sent = 0
  #lastRefused = 0
  #lastAnswered = 0
  #restUntil = 0
  #rests = 0
  /** Calls, and refused ones among them, the latest in full and earlier ones less and less. */
  #calls = 0
  #refusals = 0
  #sentAt = 0
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
  send(now: number): number {
    if (now - this.#sentAt > forgottenAfterMs) this.#lastAnswered = 0
    this.#sentAt = now
    this.#calls = this.#calls * decay + 1
    this.#refusals *= decay
    return ++this.#sent
  }

  /** Milliseconds that the account still rests. */
  wait(now: number): number {
    if (this.#restUntil === 0) return 0
    if (now < this.#restUntil) return this.#restUntil - now
    this.#restUntil = 0
    this.#rests++
    this.#refusals = 0
    return 0
  }

  /** A call was answered. @param call Its number. */
  answered(call: number): void {
    this.#lastAnswered = Math.max(this.#lastAnswered, call)
    if (call <= this.#lastRefused) return
    this.#refusedInARow = 0
    if (this.#restUntil === 0) return
    this.#restUntil = 0
    for (const wake of this.#woken) wake()
  }

  /** A call was refused. @param retryAfterMs For how long; without it, longer from time to time. */
  refused(call: number, retryAfterMs: number | undefined, now: number): void {
    this.#refusals += decay ** (this.#sent - call)
    this.#lastRefused = Math.max(this.#lastRefused, call)
    const known = this.#lastAnswered > 0
    if (call < this.#lastAnswered || (known && this.#refusals <= this.#calls / 2)) return
    // Those that were under way together are one refusal.
    if (this.wait(now) === 0) this.#refusedInARow++
    const backoff = Math.min(mostMs, baseMs * 2 ** (this.#refusedInARow - 1)) * (0.5 + Math.random() / 2)
    this.#restUntil = Math.max(this.#restUntil, now + (retryAfterMs ?? backoff))
  }
}
