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

/** A step whose part in the estimate is missing or uncertain, and why. */
export interface UncertainStep {
  readonly step: string
  readonly reason: string
}

/** One limit of the budgets of the config, and whether the run is likely to stay within it. */
export interface BudgetEstimate {
  /** `the run`, `step summary`, or `provider openai`. */
  readonly scope: string
  readonly unit: 'usd' | 'tokens' | 'requests'
  readonly limit: number
  /** What the run will spend within the scope. */
  readonly expected: Range
  /** `exceeds`: even the low end is above the limit; `mayExceed`: the high end is. */
  readonly verdict: 'within' | 'mayExceed' | 'exceeds'
}

/** What a run of a pipeline will take, estimated from a few rows. */
export interface PlanEstimate {
  /** The number of rows that were tried. Their answers are cached, so that the run does not request them again. */
  readonly probes: number
  /** The number of rows of the source; undefined if it can only be known by consuming the source. */
  readonly rows: { readonly count: number; readonly exact: boolean } | undefined
  /**
   * The rows after the steps that were run for all rows, because they ask no model. The rows that were tried are a
   * random choice of them. Undefined if those steps were tried on the first rows only.
   */
  readonly counted: { readonly after: string; readonly rows: number } | undefined
  /** The number of tried rows that failed. */
  readonly rejected: number
  /** How likely the true values lie within each range, if the other rows are like the tried ones. */
  readonly confidence: number
  readonly steps: readonly StepEstimate[]
  /** The steps that the sum does not include, or for which a few rows show little. */
  readonly uncertain: readonly UncertainStep[]
  /** The limits of the budgets that apply. */
  readonly budgets: readonly BudgetEstimate[]
  /** The sum of all steps. */
  readonly total: Omit<StepEstimate, 'step' | 'serving'> & { readonly seconds: Range }
}
