/** The relation of a source to a claim. */
export const verdicts = ['supported', 'contradicted', 'not-found'] as const
/** The relation of a source to a claim. */
export type Verdict = (typeof verdicts)[number]

/** A claim and its verdict. */
export interface GroundedClaim {
  readonly claim: string
  readonly verdict: Verdict
  /** The part of the source from `start` to `end`; null if the source does not mention the claim. */
  readonly evidence: string | null
  readonly start: number | null
  readonly end: number | null
}
