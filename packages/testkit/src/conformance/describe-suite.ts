import type { LLMServing } from '@maestro-dataflow/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type LLMServingCase, llmServingSuite } from './llm-serving-suite.js'
import type { LLMSuiteOptions } from './llm-subject.js'
import type { Suite } from './suite.js'

/** Defines a suite as tests of vitest; what is left out is printed. */
export function describeSuite({ title, timeout, cases, leftOut, open, close }: Suite): void {
  for (const { name, reason } of leftOut) {
    // biome-ignore lint/suspicious/noConsole: what is not tested must be seen
    console.info(`not tested of ${title}: ${name} (${reason})`)
  }
  describe(title, () => {
    beforeAll(open)
    afterAll(close)
    for (const { name, run } of cases) test(name, { timeout }, run)
  })
}

/** Tests a language model against all that its contract says. @param makeServing A new one at each call */
export function describeLLMServing(
  makeServing: () => LLMServing | Promise<LLMServing>,
  options?: LLMSuiteOptions<LLMServingCase>,
): void {
  describeSuite(llmServingSuite(makeServing, options))
}
