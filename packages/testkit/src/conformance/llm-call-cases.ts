import assert from 'node:assert/strict'
import { EnhancedLLMServing, type LLMResult } from '@maestro-dataflow/core'
import { holds } from './llm-answer-cases.js'
import { ask, assertResult, type LLMSubject, type Question } from './llm-subject.js'

/** The rules for many concurrent calls: each receives its own answer. */
export const llmCallCases = {
  async 'concurrent calls each receive their own answer'({ serving, questions }: LLMSubject) {
    const results = await Promise.all(questions.map((question) => serving.generate(ask(question.ask))))
    assertOwnAnswers(questions, results)
  },

  async 'a batch returns its answers in the order of the requests'({ serving, questions }: LLMSubject) {
    const backwards = questions.toReversed()
    const requests = backwards.map((question) => ask(question.ask))
    const batch = serving.generateBatch?.(requests) ?? EnhancedLLMServing.of(serving).generateBatch(requests)
    assertOwnAnswers(backwards, await Array.fromAsync(batch))
  },
}

function assertOwnAnswers(questions: readonly Question[], results: readonly LLMResult[]): void {
  assert.equal(results.length, questions.length)
  for (const [index, result] of results.entries()) {
    assertResult(result)
    const { ask: question = '', answer = '' } = questions[index] ?? {}
    assert.ok(holds(result.text, answer), `the answer to "${question}" is ${result.text}`)
  }
}
