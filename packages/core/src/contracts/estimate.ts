/** The lowest and the highest likely value. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** What one step will ask of a serving. */
export interface StepEstimate {
  readonly step: string
  readonly serving: string
  readonly requests: Range
  readonly inputTokens: Range
  readonly outputTokens: Range
  /** Dollars; undefined if the price is unknown. */
  readonly cost: Range | undefined
}

/** What a run of a pipeline will take, estimated from a few rows. */
export interface PlanEstimate {
  /** The number of rows that were tried. Their answers are cached, so that the run does not request them again. */
  readonly probes: number
  /** The number of rows of the source; undefined if it can only be known by consuming the source. */
  readonly rows: { readonly count: number; readonly exact: boolean } | undefined
  /** The number of tried rows that failed. */
  readonly rejected: number
  readonly steps: readonly StepEstimate[]
  /** The sum of all steps. */
  readonly total: Omit<StepEstimate, 'step' | 'serving'> & { readonly seconds: Range }
}
