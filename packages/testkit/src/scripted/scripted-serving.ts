import {
  boundedCall,
  type CallOptions,
  type LLMCapabilities,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  maestroError,
  type ServingBase,
} from '@maestro-dataflow/core'
import { type Script, scriptReader } from './script.js'
import { countWords, firstWords } from './words.js'

/** A text, which is stopped and cut like a model's answer, or a result whose missing parts are filled in. */
export type ScriptedAnswer = string | Partial<LLMResult>

/** The description that a scripted serving of any kind gives of itself. */
export type ScriptedOptions = Partial<Omit<ServingBase, 'dispose'>>

/** A language model with known answers. */
export interface ScriptedServing extends LLMServing {
  /** Its requests, in order. */
  readonly requests: readonly LLMRequest[]
}

/**
 * A language model that answers from a list, from a map of questions, or from a function. It counts words and media as
 * tokens, respects `stop`, `maxTokens`, its context, and its capabilities, and reacts to the signal and the time-out like a
 * real model.
 *
 * @throws (by its calls) MAESTRO_TESTKIT_SCRIPT_ENDED, MAESTRO_TESTKIT_SCRIPT_UNKNOWN, MAESTRO_SERVING_ABORTED,
 *   _TIMEOUT, _CONTEXT_TOO_LONG, _BAD_REQUEST; errors of the script are thrown unchanged
 * @example
 * const serving = scriptedServing({ 'What is the capital of France?': 'Paris' })
 * const tired = scriptedServing(['first', new Error('no more today')])
 * const echo = scriptedServing((request) => questionOf(request))
 */
export function scriptedServing(
  script: Script<ScriptedAnswer, [LLMRequest, CallOptions]>,
  options: ScriptedOptions & { readonly capabilities?: Partial<LLMCapabilities> } = {},
): ScriptedServing {
  const { name = 'scripted', model = name } = options
  const capabilities = { jsonSchema: true, images: true, audio: true, ...options.capabilities }
  const requests: LLMRequest[] = []
  const answerTo = scriptReader(name, script)
  return {
    provider: 'scripted',
    ...options,
    kind: 'llm',
    name,
    model,
    capabilities,
    requests,
    generate(request, call = {}) {
      return boundedCall({ serving: name, ...call }, async () => {
        requests.push(request)
        const inputTokens = countWords(request.messages.map(textOf).join('\n')) + countMedia(request)
        assertTakes(name, capabilities, request, inputTokens)
        return toResult(await answerTo(textsOf(request), request, call), request, { model, inputTokens })
      })
    },
  }
}

/** The text of a request's last message. */
export function questionOf(request: LLMRequest): string {
  return textsOf(request)[0] ?? ''
}

/** From the last message to the first, because in a repair the question precedes the answer. */
const textsOf = ({ messages }: LLMRequest): readonly string[] => messages.map(textOf).reverse()

function countMedia({ messages }: LLMRequest): number {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
  return parts.filter(({ type }) => type !== 'text').length
}

function textOf({ content }: LLMRequest['messages'][number]): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function assertTakes(
  serving: string,
  capabilities: LLMCapabilities,
  { messages, maxTokens = 0 }: LLMRequest,
  inputTokens: number,
): void {
  const limit = capabilities.contextTokens
  const tokens = inputTokens + maxTokens
  if (limit !== undefined && tokens > limit)
    throw maestroError('MAESTRO_SERVING_CONTEXT_TOO_LONG', { serving, tokens, limit })
  const types = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.map(({ type }) => type)))
  for (const [type, taken] of [
    ['image', capabilities.images],
    ['audio', capabilities.audio],
  ] as const)
    if (!taken && types.includes(type))
      throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving, reason: `it does not accept ${type}` })
}

function toResult(
  answer: ScriptedAnswer,
  request: LLMRequest,
  { model, inputTokens }: { readonly model: string; readonly inputTokens: number },
): LLMResult {
  const given = typeof answer === 'string' ? asModelWrites(answer, request) : answer
  const { text: said = given.object === undefined ? '' : JSON.stringify(given.object) } = given
  // No model writes half of a character, which a script may repeat.
  const text = said.toWellFormed()
  const object = given.object ?? (request.schema === undefined ? undefined : parse(text))
  return {
    finishReason: 'stop',
    usage: { inputTokens, outputTokens: countWords(text) },
    model,
    ...given,
    text,
    ...(object === undefined ? {} : { object }),
  }
}

/** Cuts a text at the first stop text and at `maxTokens`. */
function asModelWrites(whole: string, { stop = [], maxTokens }: LLMRequest): Partial<LLMResult> {
  const ends = stop.map((text) => whole.indexOf(text)).filter((end) => end >= 0)
  const text = ends.length === 0 ? whole : whole.slice(0, Math.min(...ends))
  if (maxTokens === undefined || countWords(text) <= maxTokens) return { text, finishReason: 'stop' }
  return { text: firstWords(text, maxTokens), finishReason: 'length' }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
