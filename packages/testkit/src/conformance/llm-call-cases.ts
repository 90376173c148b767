import assert from 'node:assert/strict'
import { EnhancedLLMServing, type LLMResult } from '@maestro-dataflow/core'
import { holds } from './llm-answer-cases.js'
import { ask, assertResult, type LLMSubject, type Question } from './llm-subject.js'
import { someTurns, watch, within } from './outcomes.js'
import { assertTypedError } from './serving-subject.js'

/** The rules for many concurrent calls: each receives its own answer. */
export const llmCallCases = {
  async 'concurrent calls each receive their own answer'({ serving, questions }: LLMSubject) {
    const results = await Promise.all(questions.map((question) => serving.generate(ask(question.ask))))
    assertOwnAnswers(questions, results)
  },

  async 'requests with a long common beginning are distinguished'({ serving }: LLMSubject) {
    const beginning = 'Repeat: this is a note that does not matter. '.repeat(5)
    const read = async (end: string) => (await serving.generate(ask(`${beginning}${end}`))).usage.inputTokens
    const [short, long] = [await read('One.'), await read('One two three four five six seven eight.')]
    assert.ok(long >= short + 4, `${short} tokens were read, and ${long} with seven more words at the end`)
  },

  async 'a batch returns its answers in the order of the requests'({ serving, questions }: LLMSubject) {
    const backwards = questions.toReversed()
    const requests = backwards.map((question) => ask(question.ask))
    const batch = serving.generateBatch?.(requests) ?? EnhancedLLMServing.of(serving).generateBatch(requests)
    assertOwnAnswers(backwards, await Array.fromAsync(batch))
  },

  async 'a batch ends when its signal fires'(subject: LLMSubject) {
    const { serving, longRequest, patience } = subject
    if (serving.generateBatch === undefined) return
    const stop = new AbortController()
    const batch = serving.generateBatch([longRequest, longRequest, longRequest], { signal: stop.signal })
    const all = watch(Array.fromAsync(batch))
    await someTurns()
    const early = all.settled
    stop.abort()
    const outcome = await within(patience, 'a stopped batch', all.outcome)
    if (!early) assertTypedError(subject, outcome, 'MAESTRO_SERVING_ABORTED')
  },

  async 'a batch does not end without a word when one of its calls fails'(subject: LLMSubject) {
    const { serving, questions, patience } = subject
    if (serving.generateBatch === undefined) return
    const { contextTokens = 200_000 } = serving.capabilities
    const requests = [questions[0]?.ask ?? '', 'word '.repeat(2 * contextTokens), questions[1]?.ask ?? '']
    const all = watch(Array.fromAsync(serving.generateBatch(requests.map((text) => ask(text)))))
    assertTypedError(subject, await within(patience, 'a batch', all.outcome), 'MAESTRO_SERVING_CONTEXT_TOO_LONG')
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
