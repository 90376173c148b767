const amount = (unit: 'usd' | 'tokens' | 'requests', value: number): string => {
  if (unit === 'usd') return `$${value.toFixed(value > 0 && value < 0.01 ? 6 : 2)}`
  return `${value} ${value === 1 ? unit.slice(0, -1) : unit}`
}

/** The errors of budgets. */
export const budgetErrors = {
  MAESTRO_BUDGET_REACHED: {
    message: (d: { scope: string; unit: 'usd' | 'tokens' | 'requests'; cap: number; spent: number; next: number }) =>
      `The budget of ${d.scope} is used up: ${amount(d.unit, d.spent)} of ${amount(d.unit, d.cap)} are spent, and the next call may cost ${amount(d.unit, d.next)}.`,
    hint: () => 'Raise the budget and run the pipeline again. Finished answers are stored and not requested again.',
    stopsRun: true,
  },
  MAESTRO_BUDGET_UNPRICED: {
    message: (d: { scope: string; serving: string }) =>
      `The budget of ${d.scope} is in dollars, but the price of ${d.serving} is unknown.`,
    hint: () =>
      'Set the `price: { input, output }` of the serving in dollars per million tokens, or limit `tokens` or `requests`.',
    stopsRun: true,
  },
} as const
