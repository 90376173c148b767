/** From the least to the most that is likely. */
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
  /** Dollars; undefined when the price is not known. */
  readonly cost: Range | undefined
}

/** What a run of a pipeline will take, from the few rows that were tried. */
export interface PlanEstimate {
  /** Rows that were tried. Their answers are kept: the run does not ask for them again. */
  readonly probes: number
  /** Rows of the source; undefined where that cannot be known without reading them once and for all. */
  readonly rows: { readonly count: number; readonly exact: boolean } | undefined
  /** Probe rows that failed. */
  readonly rejected: number
  readonly steps: readonly StepEstimate[]
  /** Of all steps together. */
  readonly total: Omit<StepEstimate, 'step' | 'serving'> & { readonly seconds: Range }
}
