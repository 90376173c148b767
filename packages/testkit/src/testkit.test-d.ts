import type { EmbeddingServing, LLMRequest, LLMServing } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import { cassette, type Faulty, faultyServing, scriptedEmbeddings, scriptedServing } from './index.js'
import { describeLLMServing, describeTranscriptionServing } from './vitest.js'

declare const chat: LLMServing

test('only cases that there are can be left out, each with a reason', () => {
  describeLLMServing(() => chat, { skip: { 'answers fit a JSON schema': 'the model is too small' } })
  // @ts-expect-error there is no such case
  describeLLMServing(() => chat, { skip: { 'answers fit': 'the model is too small' } })
  // @ts-expect-error true is no reason
  describeLLMServing(() => chat, { skip: { 'answers fit a JSON schema': true } })
  // @ts-expect-error an embedding model is no language model
  describeLLMServing(() => scriptedEmbeddings())
  // @ts-expect-error there is nothing to transcribe
  describeTranscriptionServing(() => chat as never, {})
})

test('wrapped servings keep their type', () => {
  const tape = cassette({ path: 'a.jsonl' })
  expectTypeOf(tape.serving(chat)).toEqualTypeOf<LLMServing>()
  expectTypeOf(tape.serving((): EmbeddingServing => scriptedEmbeddings())).toEqualTypeOf<EmbeddingServing>()
  expectTypeOf(faultyServing(chat, { faults: { hang: 0.1 } })).toEqualTypeOf<Faulty<LLMServing>>()
  // @ts-expect-error there is no such fault
  faultyServing(chat, { faults: { hangs: 0.1 } })
})

test('a script is a list, a map or a function', () => {
  expectTypeOf(scriptedServing(['a', { object: 1 }, new RangeError('no')]).requests).toEqualTypeOf<
    readonly LLMRequest[]
  >()
  scriptedServing({ question: 'answer' })
  scriptedServing(async (request) => String(request.maxTokens))
  // @ts-expect-error a number is no answer
  scriptedServing([1])
})
