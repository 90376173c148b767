import assert from 'node:assert/strict'
import type { LLMRequest } from '@maestro-dataflow/core'
import { ask, assertResult, type LLMSubject } from './llm-subject.js'
import { watch, within } from './outcomes.js'
import { assertSettled, assertTypedError } from './serving-subject.js'

/** The rules for one answer. */
export const llmAnswerCases = {
  async 'says what it can do'({ serving: { capabilities }, expected }: LLMSubject) {
    for (const what of ['jsonSchema', 'images', 'audio'] as const)
      assert.equal(typeof capabilities[what], 'boolean', `capabilities.${what}`)
    const { contextTokens } = capabilities
    if (contextTokens !== undefined)
      assert.ok(Number.isInteger(contextTokens) && contextTokens > 0, `contextTokens is ${contextTokens}`)
    assert.deepEqual({ ...capabilities, ...expected }, { ...capabilities })
  },

  async 'answers with a text, its usage, its end and its model'({ serving, questions }: LLMSubject) {
    for (const { ask: question, answer } of questions.slice(0, 2)) {
      const result = await serving.generate(ask(question))
      assertResult(result)
      assert.ok(holds(result.text, answer), `the answer to "${question}" is ${result.text}`)
      assert.ok(result.usage.inputTokens > 0, 'no token was read')
      assert.ok(result.usage.outputTokens > 0, 'no token was written')
    }
  },

  async 'answers the same request alike at temperature 0'({ serving, longRequest }: LLMSubject) {
    const request = { ...longRequest, maxTokens: 16 }
    const first = await serving.generate(request)
    const second = await serving.generate(request)
    assert.equal(second.text, first.text)
    assert.equal(second.usage.inputTokens, first.usage.inputTokens)
    assert.equal(second.model, first.model, 'it names another model')
  },

  async 'maxTokens cuts an answer, which is said'({ serving, longRequest }: LLMSubject) {
    const result = await serving.generate({ ...longRequest, maxTokens: 4 })
    assertResult(result)
    assert.equal(result.finishReason, 'length')
    assert.ok(result.usage.outputTokens <= 4, `${result.usage.outputTokens} tokens were written`)
    const longer = await serving.generate({ ...longRequest, maxTokens: 12 })
    assert.ok(longer.text.length > result.text.length, 'three times the tokens give no longer text')
  },

  async 'a stop text ends an answer and is not part of it'({ serving, longRequest }: LLMSubject) {
    const request: LLMRequest = { ...longRequest, maxTokens: 24 }
    const { text } = await serving.generate(request)
    const words = text.match(/\p{L}{3,}/gu) ?? []
    const stop = words.slice(1).find((word) => text.indexOf(word) > 0)
    assert.ok(stop !== undefined, `there is no word to stop at in: ${text}`)
    const result = await serving.generate({ ...request, stop: ['never in the text', stop] })
    assertResult(result)
    assert.equal(result.text.trim(), text.slice(0, text.indexOf(stop)).trim())
    assert.equal(result.finishReason, 'stop')
  },

  async 'reads the system message and the turns before the question'({ serving, questions }: LLMSubject) {
    const [first, second] = questions
    const question = { role: 'user', content: first?.ask ?? '' } as const
    const read = async (before: LLMRequest['messages']) => {
      const result = await serving.generate(ask('', { messages: [...before, question] }))
      return result.usage.inputTokens
    }
    const alone = await read([])
    const system = await read([{ role: 'system', content: 'You are a helpful parrot. You repeat what you hear.' }])
    const turns = await read([
      { role: 'user', content: second?.ask ?? '' },
      { role: 'assistant', content: second?.answer ?? '' },
    ])
    assert.ok(system >= alone + 5, `${alone} tokens alone, ${system} with a system message of nine words`)
    assert.ok(turns >= alone + 4, `${alone} tokens alone, ${turns} with two turns before`)
    const inARow = await read([{ role: 'user', content: second?.ask ?? '' }])
    assert.ok(inARow >= alone + 4, `${alone} tokens alone, ${inARow} with another turn of the user before`)
    const long = await read([
      { role: 'user', content: second?.ask ?? '' },
      { role: 'assistant', content: 'A long answer of the model itself. '.repeat(10) },
    ])
    assert.ok(long >= turns + 40, `${turns} tokens with a short answer before, ${long} with one of seventy words`)
  },

  async 'answers the last turn'({ serving, questions }: LLMSubject) {
    const [first, second] = questions
    const messages = [
      { role: 'user', content: second?.ask ?? '' },
      { role: 'assistant', content: second?.answer ?? '' },
      { role: 'user', content: first?.ask ?? '' },
    ] as const
    const { text } = await serving.generate(ask('', { messages }))
    assert.ok(holds(text, first?.answer ?? ''), `the answer to "${first?.ask}" after another question is ${text}`)
  },

  async 'does not change what it is given'({ serving, questions, longRequest }: LLMSubject) {
    const schema = { type: 'object', properties: { word: { enum: ['a', 'b'] } }, additionalProperties: false }
    for (const more of [{}, ...(serving.capabilities.jsonSchema ? [{ schema }] : [])]) {
      const content = [{ type: 'text', text: questions[0]?.ask ?? '' }] as const
      const messages = [{ role: 'system', content: 'Be brief.' } as const, { role: 'user', content } as const]
      const request = { ...longRequest, messages, maxTokens: 8, stop: ['never in the text'], ...more }
      const before = structuredClone(request)
      await watch(serving.generate(request)).outcome
      assert.deepEqual(request, before, 'the request was changed')
    }
  },

  async 'the pieces of a streamed answer are its text'({ serving, longRequest }: LLMSubject) {
    const pieces: string[] = []
    const { text } = await serving.generate(
      { ...longRequest, maxTokens: 12 },
      { onText: (piece) => void pieces.push(piece) },
    )
    if (pieces.length > 0) assert.equal(pieces.join('').trim(), text.trim())
  },

  async 'Chinese and emoji are read and written whole'({ serving }: LLMSubject) {
    const result = await serving.generate(ask('Repeat: 你好，世界 👩🏽‍🚀 é'))
    assertResult(result)
    assert.ok(!result.text.includes('\uFFFD'), `the text has a broken character: ${result.text}`)
  },

  async 'invalid and unusual characters are accepted'(subject: LLMSubject) {
    for (const text of ['half a pair \uD83D', 'a\u0000b', '\u200B', '[INST] </s> <|endoftext|>', '🏳️‍🌈'.repeat(50)]) {
      const outcome = await watch(subject.serving.generate(ask(`Repeat: ${text}`))).outcome
      if ('error' in outcome) assertTypedError(subject, outcome)
      else assertResult(outcome.value)
    }
  },

  async 'an empty prompt is answered or refused with a typed error'(subject: LLMSubject) {
    for (const messages of [[{ role: 'user', content: '' }], []] as const) {
      const call = watch(subject.serving.generate(ask('', { messages })))
      const outcome = await within(subject.patience, 'an empty prompt', call.outcome)
      assertSettled(subject, outcome)
      if ('value' in outcome) assertResult(outcome.value)
    }
  },

  async 'a prompt that does not fit the context fails with its own code'(subject: LLMSubject) {
    const { contextTokens = 200_000 } = subject.serving.capabilities
    const prompt = 'word '.repeat(2 * contextTokens)
    assertTypedError(
      subject,
      await watch(subject.serving.generate(ask(prompt))).outcome,
      'MAESTRO_SERVING_CONTEXT_TOO_LONG',
    )
    const { ask: question = '', answer = '' } = subject.questions[0] ?? {}
    assert.ok(holds((await subject.serving.generate(ask(question))).text, answer), 'it is of no use afterwards')
  },

  async 'media that it cannot take are refused, not left out'(subject: LLMSubject) {
    const { capabilities } = subject.serving
    for (const [type, mediaType, taken] of [
      ['image', 'image/png', capabilities.images],
      ['audio', 'audio/wav', capabilities.audio],
    ] as const) {
      if (taken) continue
      const text = { type: 'text', text: 'What is this?' } as const
      const content = [text, { type, data: new Uint8Array(8), mediaType }]
      const request = ask('', { messages: [{ role: 'user', content }] })
      assertTypedError(subject, await watch(subject.serving.generate(request)).outcome)
    }
  },
}

/** Whether an answer contains a text, regardless of case. */
export function holds(text: string, answer: string): boolean {
  return text.toLowerCase().includes(answer.toLowerCase())
}
