import assert from 'node:assert/strict'
import type { LLMCapabilities, LLMRequest, LLMResult, LLMServing } from '@maestro-dataflow/core'
import type { ServingSubject, ServingSuiteOptions } from './serving-subject.js'

/** The options of the suite for language models. */
export interface LLMSuiteOptions<Name extends string = string> extends ServingSuiteOptions<Name> {
  /** The capabilities that the serving must state. */
  readonly capabilities?: Partial<LLMCapabilities>
  /**
   * Questions, each with a text that only its answer contains.
   *
   * @default `The word is "red". What is the word?` ...
   */
  readonly questions?: readonly Question[]
  /** Whether it samples: whether answers depend on the temperature and the seed. @default true, but not if it is scripted */
  readonly samples?: boolean
  /** A request whose answer is long. @default a story of up to 256 tokens */
  readonly long?: LLMRequest
}

/** A question with the answer that a model must give. */
export interface Question {
  readonly ask: string
  readonly answer: string
}

export interface LLMSubject extends ServingSubject<LLMServing> {
  readonly expected: Partial<LLMCapabilities>
  readonly questions: readonly Question[]
  readonly longRequest: LLMRequest
  readonly samples: boolean
}

export const llmDefaults = {
  questions: ['red', 'green', 'blue', 'black', 'yellow', 'white'].map(
    (word): Question => ({ ask: `The word is "${word}". What is the word?`, answer: word }),
  ),
  long: { messages: [{ role: 'user', content: 'Tell me a long story.' }], temperature: 0, maxTokens: 256 },
} as const satisfies Pick<Required<LLMSuiteOptions>, 'questions' | 'long'>

/** A question as a request with a short answer. */
export function ask(content: string, more: Partial<LLMRequest> = {}): LLMRequest {
  return { messages: [{ role: 'user', content }], temperature: 0, maxTokens: 24, ...more }
}

/** Checks that a result has everything that the contract requires. */
export function assertResult({
  text,
  finishReason,
  usage,
  model,
  cost,
  reasoning = '',
  warnings = [],
}: LLMResult): void {
  assert.equal(typeof text, 'string', 'the text')
  assert.equal(typeof reasoning, 'string', 'the reasoning')
  assert.ok(Array.isArray(warnings) && warnings.every((one) => typeof one === 'string'), 'the warnings are no texts')
  assert.ok(text.isWellFormed(), 'the text has half of a character')
  assert.ok(['stop', 'length', 'content-filter', 'refusal'].includes(finishReason), `finishReason is ${finishReason}`)
  assert.ok(typeof model === 'string' && model !== '', 'the model is not named')
  for (const what of ['inputTokens', 'outputTokens', 'cachedInputTokens', 'reasoningTokens'] as const) {
    const tokens = usage?.[what]
    if (tokens === undefined && (what === 'cachedInputTokens' || what === 'reasoningTokens')) continue
    assert.ok(Number.isInteger(tokens) && Number(tokens) >= 0, `usage.${what} is ${tokens}`)
  }
  assert.ok((usage.cachedInputTokens ?? 0) <= usage.inputTokens, 'more tokens are cached than there are')
  assert.ok((usage.reasoningTokens ?? 0) <= usage.outputTokens, 'more tokens are reasoning than there are')
  if (cost !== undefined) assert.ok(Number.isFinite(cost) && cost >= 0, `the cost is ${cost}`)
}
