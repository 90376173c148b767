/** So large a share of refusals, or of calls without an answer, may be bad luck. */
const share = 0.1

/** Whether more calls went wrong than by bad luck, by so many standard deviations. */
export function isNoAccident(wrong: number, calls: number, deviations = 0): boolean {
  const expected = share * calls
  return wrong > expected + deviations * Math.sqrt(expected)
}
