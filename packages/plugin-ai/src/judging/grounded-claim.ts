/** What a source can say of a claim. */
export const verdicts = ['supported', 'contradicted', 'not-found'] as const
export type Verdict = (typeof verdicts)[number]

/** A claim, and what the source says of it. */
export interface GroundedClaim {
  readonly claim: string
  readonly verdict: Verdict
  /** A piece of the source, at `start` to `end`; null where it says nothing. */
  readonly evidence: string | null
  readonly start: number | null
  readonly end: number | null
}
