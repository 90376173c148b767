import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { type JsonSchema, toGrammarSchema } from '@maestro-dataflow/core'
import { addressOf } from './model-facts.js'

/** Local servers, such as Ollama and llama.cpp, support only a part of JSON Schema in their grammars. */
const onThisMachine = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/

/** A schema in the form that the server of a model supports. The serving plane checks the answer against the whole schema. */
export function heldSchema(model: BaseChatModel, schema: JsonSchema): JsonSchema {
  return onThisMachine.test(addressOf(model) ?? '') ? toGrammarSchema(schema) : schema
}

/** Models of OpenAI that do not support schemas; the library asks them through a tool. */
const byTool = /^gpt-(3|4-|4$)/

/**
 * The call option that makes a model of OpenAI's kind follow a schema; undefined for other models. The library's own
 * way discards an answer that is more than JSON, for example one after reasoning; `$parseRaw` prevents its client from
 * parsing the answer.
 */
export function responseFormatOf(model: BaseChatModel, schema: JsonSchema): object | undefined {
  const { model: name } = model as { model?: unknown }
  if (!model.callKeys.includes('response_format') || typeof name !== 'string' || byTool.test(name)) return undefined
  const $parseRaw = (content: string) => content
  return usesResponsesApi(model)
    ? { text: { format: { type: 'json_schema', name: 'answer', schema, $parseRaw } } }
    : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema }, $parseRaw } }
}

/** Whether the class of OpenAI asks its model by the newer API, which the options or the name of the model decide. */
function usesResponsesApi(model: BaseChatModel): boolean {
  const decide: unknown = Reflect.get(model, '_useResponsesApi')
  return typeof decide === 'function' && decide.call(model, {}) === true
}
