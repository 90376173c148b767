import type { LLMResult } from '../../contracts/serving.js'
import { jsonValuesIn, wholeJson } from './json-values.js'

/** A value that may be the data of an answer. If two values do not match the schema, the longer one is preferred. */
export interface AnswerData {
  readonly value: unknown
  readonly length: number
}

/**
 * The candidates for the data of an answer, most likely first: the last value in the text, then the earlier ones. A
 * model may draft its answer, quote `[1]`, or pass its answer to a tool that was not offered. Some servers report the
 * whole answer as reasoning, so the reasoning is used when there is no other text.
 */
export function answerDataOf({ object, text, reasoning = '' }: LLMResult): readonly AnswerData[] {
  if (object !== undefined) return [{ value: object, length: text.length }]
  const found = jsonValuesIn(text.trim() === '' ? reasoning : text).toReversed()
  return [...found, ...found.flatMap(({ value, length }) => argumentsOf(value).map((value) => ({ value, length })))]
}

const callNames = ['name', 'function', 'tool']
const argumentNames = ['arguments', 'parameters', 'args', 'input']

/** The data of a value that has the form of a tool call. */
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
