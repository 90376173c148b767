import type { MaestroError } from '../../errors/maestro-error.js'
import type { RunContext } from '../run-context.js'
import { allFailed } from './reject-policy.js'
import type { StepCounter } from './step-counter.js'

/** @throws MAESTRO_RUN_ALL_FAILED when every row that entered a step failed, MAESTRO_RUN_TOO_MANY_REJECTS */
export function checkCounts(context: RunContext, last: MaestroError | undefined): void {
  context.sourceCounter.assertSum('source')
  const counters: (readonly [string, StepCounter])[] = [['source', context.sourceCounter], ...context.counters]
  for (const [step, counter] of counters) {
    counter.assertSum(step)
    if (last !== undefined && counter.rowsIn > 0 && counter.rejected === counter.rowsIn)
      throw allFailed(step, counter, last)
  }
  context.rejects.finish(context.sourceCounter.rowsIn, counters, last)
}
