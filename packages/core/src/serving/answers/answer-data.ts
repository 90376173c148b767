import type { LLMResult } from '../../contracts/serving.js'
import { jsonValuesIn, wholeJson } from './json-values.js'

/** A value that may be the data of an answer; of two that do not fit, the longer one is what was meant. */
export interface AnswerData {
  readonly value: unknown
  readonly length: number
}

/**
 * What may be the data of an answer, the likeliest first: the last value that stands in it, then those before it. A
 * model may draft its answer, quote `[1]`, or hand its answer to a tool that was not offered. Some servers call an
 * answer as a whole the model's thoughts; it counts where there is no other.
 */
export function answerDataOf({ object, text, reasoning = '' }: LLMResult): readonly AnswerData[] {
  if (object !== undefined) return [{ value: object, length: text.length }]
  const found = jsonValuesIn(text.trim() === '' ? reasoning : text).toReversed()
  return [...found, ...found.flatMap(({ value, length }) => argumentsOf(value).map((value) => ({ value, length })))]
}

const callNames = ['name', 'function', 'tool']
const argumentNames = ['arguments', 'parameters', 'args', 'input']

/** Of a value that has the form of a call of a tool. */
function argumentsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const call = value as Readonly<Record<string, unknown>>
  if (typeof call.function === 'object') return argumentsOf({ name: '', ...call.function })
  if (!callNames.some((name) => typeof call[name] === 'string')) return []
  return argumentNames
    .map((name) => call[name])
    .map((given) => (typeof given === 'string' ? wholeJson(given) : given))
    .filter((given) => given !== undefined)
}
