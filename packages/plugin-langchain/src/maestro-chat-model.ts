import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import type { BaseLanguageModelInput } from '@langchain/core/language_models/base'
import { BaseChatModel, type BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models'
import { AIMessageChunk, type BaseMessage, type StandardMessageStructure } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import type { Runnable } from '@langchain/core/runnables'
import {
  EnhancedLLMServing,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Sampling,
} from '@maestro-dataflow/core'
import { langchainError } from './errors.js'
import { fromChatMessages } from './from-chat-messages.js'

/** What a call may say besides the chat. */
export interface MaestroCallOptions extends BaseChatModelCallOptions, Omit<Sampling, 'stop'> {}

/** A serving of ours as a chat model of LangChain.js: every call goes through its cache, limits and budgets. */
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

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    const generation = await this.#ask(messages, options)
    return { generations: [generation] }
  }

  /** The whole answer as one chunk: a serving gives it when it is finished and checked. */
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
    const { signal, timeout, temperature, topP, topK, seed, maxTokens, stop } = options
    const sampling = Object.entries({ temperature, topP, topK, seed, maxTokens, stop })
    const request: LLMRequest = {
      messages: fromChatMessages(messages),
      ...Object.fromEntries(sampling.filter(([, value]) => value !== undefined)),
    }
    const result = await this.serving.generate(request, {
      ...(signal === undefined ? {} : { signal }),
      ...(timeout === undefined ? {} : { timeout }),
    })
    return new ChatGenerationChunk({ text: result.text, message: toAnswer(result) })
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
