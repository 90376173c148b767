import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import type { BaseLanguageModelInput, StructuredOutputMethodOptions } from '@langchain/core/language_models/base'
import { BaseChatModel, type BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models'
import {
  assembleStructuredOutputPipeline,
  createContentParser,
} from '@langchain/core/language_models/structured_output'
import { AIMessageChunk, type BaseMessage, type StandardMessageStructure } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import type { Runnable } from '@langchain/core/runnables'
import { toJsonSchema } from '@langchain/core/utils/json_schema'
import type { SerializableSchema } from '@langchain/core/utils/standard_schema'
import type { ZodV3Like, ZodV4Like } from '@langchain/core/utils/types'
import {
  type AnswerCheck,
  EnhancedLLMServing,
  type JsonSchema,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Sampling,
  type Schema,
} from '@maestro-dataflow/core'
import { langchainError } from './errors.js'
import { fromChatMessages } from './from-chat-messages.js'

/** The options of a call besides the chat. */
export interface MaestroCallOptions extends BaseChatModelCallOptions, Omit<Sampling, 'stop'> {
  /** The answer must be JSON that matches this schema; `withStructuredOutput` sets it. */
  readonly schema?: JsonSchema
  /** A further check of the answer's data; data that fail it are sent back to the model. */
  readonly check?: AnswerCheck
}

type Fields = Record<string, unknown>
type OutputSchema<Output extends Fields> = SerializableSchema<Output> | ZodV4Like<Output> | ZodV3Like<Output> | Fields

/** A serving of ours as a chat model of LangChain.js. Every call uses the serving's cache, limits, and budgets. */
export class MaestroChatModel extends BaseChatModel<MaestroCallOptions> {
  readonly serving: EnhancedLLMServing

  static override lc_name() {
    return 'MaestroChatModel'
  }

  constructor(serving: LLMServing) {
    super({})
    this.serving = EnhancedLLMServing.of(serving)
  }

  override _llmType() {
    return 'maestro'
  }

  override get callKeys() {
    return [...super.callKeys, 'temperature', 'topP', 'topK', 'seed', 'maxTokens']
  }

  override getLsParams(options: this['ParsedCallOptions']) {
    return { ...super.getLsParams(options), ls_provider: this.serving.provider, ls_model_name: this.serving.model }
  }

  /** @throws MAESTRO_LANGCHAIN_TOOLS */
  override bindTools(): Runnable<BaseLanguageModelInput, AIMessageChunk, MaestroCallOptions> {
    throw langchainError('MAESTRO_LANGCHAIN_TOOLS', { model: this.serving.name })
  }

  /**
   * Returns data instead of text. The serving supports the schema natively or describes it in the prompt. An answer
   * that does not match goes back to the model before this fails.
   */
  override withStructuredOutput<Output extends Fields = Fields>(
    schema: OutputSchema<Output>,
    config?: StructuredOutputMethodOptions<false>,
  ): Runnable<BaseLanguageModelInput, Output>
  override withStructuredOutput<Output extends Fields = Fields>(
    schema: OutputSchema<Output>,
    config?: StructuredOutputMethodOptions<true>,
  ): Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: Output }>
  override withStructuredOutput<Output extends Fields = Fields>(
    schema: OutputSchema<Output>,
    config?: StructuredOutputMethodOptions<boolean>,
  ) {
    const check = checkOf(schema)
    const held = this.withConfig({ schema: toJsonSchema(schema), ...(check === undefined ? {} : { check }) })
    return assembleStructuredOutputPipeline(held, createContentParser(schema), config?.includeRaw)
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const generation = await this.#ask(messages, options)
    return { generations: [generation] }
  }

  /** Yields the whole answer as one chunk, because a serving returns it when it is complete and checked. */
  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const chunk = await this.#ask(messages, options)
    yield chunk
    await run?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk })
  }

  async #ask(messages: readonly BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatGenerationChunk> {
    const { signal, timeout, check, temperature, topP, topK, seed, maxTokens, stop, schema } = options
    const asked = Object.entries({ temperature, topP, topK, seed, maxTokens, stop, schema })
    const request: LLMRequest = {
      messages: fromChatMessages(messages),
      ...Object.fromEntries(asked.filter(([, value]) => value !== undefined)),
    }
    const result = await this.serving.generate(request, {
      ...(signal === undefined ? {} : { signal }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(check === undefined ? {} : { check }),
    })
    // For an answer with data, only the data: the model may have written text around them.
    const text = schema === undefined ? result.text : JSON.stringify(result.object)
    return new ChatGenerationChunk({ text, message: toAnswer({ ...result, text }) })
  }
}

function toAnswer({ text, usage, finishReason, model, cost }: LLMResult): AIMessageChunk<StandardMessageStructure> {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage
  return new AIMessageChunk<StandardMessageStructure>({
    content: text,
    response_metadata: { finish_reason: finishReason, model_name: model, ...(cost === undefined ? {} : { cost }) },
    usage_metadata: {
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      ...(cachedInputTokens === undefined ? {} : { input_token_details: { cache_read: cachedInputTokens } }),
      ...(reasoningTokens === undefined ? {} : { output_token_details: { reasoning: reasoningTokens } }),
    },
  })
}

/** The schema's own check; a JSON Schema has none. */
function checkOf(schema: object): AnswerCheck | undefined {
  const standard = '~standard' in schema ? (schema as Schema)['~standard'] : undefined
  return (
    standard &&
    (async (value) => {
      const result = await standard.validate(value)
      return result.issues === undefined ? { value } : { issues: result.issues.map(({ message }) => message) }
    })
  )
}
