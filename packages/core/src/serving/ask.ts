import type { Schema } from '../contracts/schema.js'
import type { CallOptions, LLMRequest, LLMServing, Message, Sampling } from '../contracts/serving.js'
import { checkEnd } from './answers/check-answer.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { generateObject } from './generate-object.js'

/** A question: a text, which is data and has no variables, or a chat. */
export type AskedQuestion = string | readonly Message[]

/** How a question outside of a pipeline is asked. */
export interface AskOptions extends Sampling, Pick<CallOptions, 'signal' | 'timeout'> {
  /** The name of the serving in the config. @default 'default' */
  readonly serving?: string
}

/** A question whose answer is a value of a schema. */
export interface TypedAskOptions<Value> extends AskOptions {
  readonly schema: Schema<unknown, Value>
}

/**
 * Asks one question. With a schema, the answer is a value of it.
 *
 * @throws MAESTRO_SERVING_*
 */
export async function askServing<Value>(
  serving: LLMServing,
  question: AskedQuestion,
  options: AskOptions & { readonly schema?: Schema<unknown, Value> },
): Promise<Value | string> {
  const { request, call } = split(question, options)
  if (options.schema !== undefined) return generateObject(serving, request, options.schema, call)
  const result = await EnhancedLLMServing.of(serving).generate(request, call)
  const fault = checkEnd(serving.name, result)
  if (fault !== undefined) throw fault
  return result.text
}

/** Yields the pieces of an answer. @throws MAESTRO_SERVING_*, also after the pieces of an incomplete answer */
export async function* streamServing(
  serving: LLMServing,
  question: AskedQuestion,
  options: AskOptions,
): AsyncGenerator<string, void> {
  const { request, call } = split(question, options)
  const result = yield* EnhancedLLMServing.of(serving).stream(request, call)
  const fault = checkEnd(serving.name, result)
  if (fault !== undefined) throw fault
}

function split(
  question: AskedQuestion,
  { signal, timeout, serving: _, ...given }: AskOptions & { readonly schema?: unknown },
): { readonly request: LLMRequest; readonly call: CallOptions } {
  const { schema: __, ...sampling } = given
  const messages: readonly Message[] = typeof question === 'string' ? [{ role: 'user', content: question }] : question
  return {
    request: { messages, ...sampling },
    call: { ...(signal === undefined ? {} : { signal }), ...(timeout === undefined ? {} : { timeout }) },
  }
}
