import type { LLMServing } from '@maestro-dataflow/core'
import { lifeCases } from './life-cases.js'
import { llmAnswerCases } from './llm-answer-cases.js'
import { llmCallCases } from './llm-call-cases.js'
import { llmSchemaCases } from './llm-schema-cases.js'
import { llmSettingCases } from './llm-setting-cases.js'
import { ask, type LLMSubject, type LLMSuiteOptions, llmDefaults } from './llm-subject.js'
import { servingSubjects } from './serving-subject.js'
import { createSuite, type Suite } from './suite.js'

const cases = {
  ...llmAnswerCases,
  ...llmSchemaCases,
  ...llmSettingCases,
  ...llmCallCases,
  ...lifeCases<LLMServing, LLMSubject>({
    quick: ({ questions }, serving, options) => serving.generate(ask(questions[0]?.ask ?? ''), options),
    long: ({ longRequest }, serving, options) => serving.generate(longRequest, options),
  }),
}

/** The cases of the suite for language models. */
export type LLMServingCase = keyof typeof cases

/**
 * The rules for every language model.
 *
 * @param makeServing Creates a new one at each call; the suite disposes what it created.
 */
export function llmServingSuite(
  makeServing: () => LLMServing | Promise<LLMServing>,
  options: LLMSuiteOptions<LLMServingCase> = {},
): Suite {
  const { open, close } = servingSubjects(makeServing, options)
  const {
    capabilities: expected = {},
    questions = llmDefaults.questions,
    long: longRequest = llmDefaults.long,
  } = options
  return createSuite<LLMSubject, LLMServingCase>({
    title: 'a language model',
    cases,
    options,
    open: async () => {
      const subject = await open()
      const { samples = subject.serving.provider !== 'scripted' } = options
      return { ...subject, expected, questions, longRequest, samples }
    },
    close,
  })
}
