import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { type JsonSchema, toGrammarSchema } from '@maestro-dataflow/core'
import { addressOf } from './model-facts.js'

/** Servers on this machine, such as Ollama and llama.cpp, make a grammar of a part of JSON Schema. */
const onThisMachine = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/

/** A schema as the server of a model takes it. The serving plane checks the answer against the whole of it. */
export function heldSchema(model: BaseChatModel, schema: JsonSchema): JsonSchema {
  return onThisMachine.test(addressOf(model) ?? '') ? toGrammarSchema(schema) : schema
}

/** Models of OpenAI that follow no schema; the library asks them by a tool. */
const byTool = /^gpt-(3|4-|4$)/

/**
 * The option of a call that holds a model of OpenAI's kind to a schema. Undefined for other models. The library's own way throws away an
 * answer that is more than JSON, such as one behind thoughts; `$parseRaw` keeps its client from reading it.
 */
export function responseFormatOf(model: BaseChatModel, schema: JsonSchema): object | undefined {
  const { model: name } = model as { model?: unknown }
  if (!model.callKeys.includes('response_format') || typeof name !== 'string' || byTool.test(name)) return undefined
  const $parseRaw = (content: string) => content
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema }, $parseRaw } }
}
