import type { RequestDoneEvent } from '../contracts/events.js'

/**
 * The attempts of a request that repeated an earlier one: those beyond one for each call that it was split into. What follows
 * the attempts of an earlier process of the run is a further one.
 */
export function retriesOf({ tries, before, calls = 1 }: Pick<RequestDoneEvent, 'tries' | 'before' | 'calls'>): number {
  return before !== undefined && before.tries > 0 ? tries : Math.max(0, tries - calls)
}
