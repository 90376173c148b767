import type { LLMResult } from '../../contracts/serving.js'
import { jsonValuesIn, wholeJson } from './json-values.js'

/** A value that may be the data of an answer. If two values do not match the schema, the longer one is preferred. */
export interface AnswerData {
  readonly value: unknown
  readonly length: number
}

/** The candidates for the data of an answer, most likely first. */
export interface AnswerCandidates {
  /** The last value in the text, then the earlier ones. */
  readonly found: readonly AnswerData[]
  /** What these values contain in other forms. They count only if they match the schema. */
  readonly inside: readonly AnswerData[]
}

/**
 * Finds the data of an answer. A model may draft its answer, quote `[1]`, put its answer into a list or an object of
 * its own, encode it twice, or pass it to a tool that was not offered. Some servers report the whole answer as
 * reasoning, so the value that ends the reasoning is used when there is no other text.
 */
export function answerDataOf({ object, text, reasoning = '' }: LLMResult): AnswerCandidates {
  const found = object === undefined ? valuesOf(text, reasoning) : [{ value: object, length: text.length }]
  const inside = found.flatMap(({ value, length }) => insideOf(value).map((inner) => ({ value: inner, length })))
  return { found, inside }
}

function valuesOf(text: string, reasoning: string): readonly AnswerData[] {
  if (text.trim() !== '') return jsonValuesIn(text).toReversed()
  const last = jsonValuesIn(reasoning).at(-1)
  // A value in the middle of the reasoning is a draft.
  return last === undefined || !endsWith(reasoning, last) ? [] : [last]
}

function endsWith(text: string, { value, length }: AnswerData): boolean {
  const end = text.trimEnd().replace(/\s*(?:```|<\/\w+>)$/, '')
  const last = wholeJson(end.slice(-length))
  return last !== undefined && JSON.stringify(last) === JSON.stringify(value)
}

const callNames = ['name', 'function', 'tool', 'tool_name']
const argumentNames = ['arguments', 'parameters', 'args', 'input']

/** The values that a value consists of: the arguments of a tool call, a single property or item, a JSON text. */
function insideOf(value: unknown, depth = 0): readonly unknown[] {
  const direct = directlyInside(value)
  return depth === deepest ? direct : [...direct, ...direct.flatMap((item) => insideOf(item, depth + 1))]
}

/** A list of calls, each with a function that has its arguments as a text. */
const deepest = 3

function directlyInside(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return known(wholeJson(value))
  if (typeof value !== 'object' || value === null) return []
  const items = Object.values(value)
  const single = items.length === 1 ? items : []
  const given = Array.isArray(value) ? single : [...argumentsOf(value as Fields), ...single]
  return given.map((item) => (typeof item === 'string' ? wholeJson(item) : item)).filter(isNested)
}

/** A lone text or number inside a value may mean anything. */
const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null

type Fields = Readonly<Record<string, unknown>>

function argumentsOf(call: Fields): readonly unknown[] {
  if (typeof call.function === 'object' && call.function !== null)
    return argumentsOf({ name: '', ...(call.function as Fields) })
  if (!callNames.some((name) => typeof call[name] === 'string')) return []
  return argumentNames.flatMap((name) => known(call[name]))
}

const known = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value])
