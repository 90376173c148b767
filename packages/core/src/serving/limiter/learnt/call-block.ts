/** The calls that are judged together, and how many of them were refused. */
export class CallBlock {
  /** The block begins after this call. */
  readonly after: number
  /** When it began, in milliseconds. */
  readonly at: number
  /** Refusals of the previous block's calls may arrive only now; that block began after this call. */
  readonly lateAfter: number
  refused = 0
  /** Whether the limit has delayed a call of this block. */
  held = false

  constructor(after: number, at: number, lateAfter = after) {
    this.after = after
    this.at = at
    this.lateAfter = lateAfter
  }

  /** The number of its calls up to a call; at least one. */
  callsUntil(id: number): number {
    return Math.max(1, id - this.after)
  }

  /** Whether more of its calls up to a call were refused than chance explains. @param usual The usual share. */
  isRefused(id: number, usual: number): boolean {
    const expected = usual * this.callsUntil(id)
    return this.refused >= 2 + expected + Math.sqrt(expected)
  }
}
