import type { SharedLimits } from '@maestro-dataflow/core'
import { MadeThings } from '../made-things.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { budgetCases } from './budget-cases.js'
import { rateCases } from './rate-cases.js'
import type { SharedLimitsSubject } from './shared-limits-subject.js'

const cases = {
  ...rateCases,
  ...budgetCases,
  async 'can be disposed of twice'({ make }: SharedLimitsSubject) {
    const limits = await make()
    await limits.dispose()
    await limits.dispose()
  },
}

/** The cases of the suite for shared limits. */
export type SharedLimitsCase = keyof typeof cases

/**
 * The rules for every store of shared limits.
 *
 * @param connect Connects to the same store at each call, as another process does; the suite disposes what it created.
 */
export function sharedLimitsSuite(
  connect: () => SharedLimits | Promise<SharedLimits>,
  options: SuiteOptions<SharedLimitsCase> = {},
): Suite {
  const made = new MadeThings(connect)
  return createSuite<SharedLimitsSubject, SharedLimitsCase>({
    title: 'shared limits',
    cases,
    options,
    open: async () => ({ one: await made.make(), other: await made.make(), make: made.make }),
    close: () => made.dispose(10_000),
  })
}
