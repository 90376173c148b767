import type { RequestDoneEvent, RequestEvent } from '../contracts/hooks.js'
import type { Prompt, PromptVariables } from '../contracts/prompt.js'
import type { CallOptions, LLMCapabilities, LLMRequest, LLMResult, LLMServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'

/** Who hears of calls. */
export interface ServingObserver {
  /** May change the request. */
  requestStart?(event: RequestEvent): RequestEvent
  requestDone?(event: RequestDoneEvent): void
}

/**
 * The serving plane around a provider: calls are announced and accounted for, failures are typed, prompts are objects.
 *
 * @example
 * const serving = new EnhancedLLMServing(provider)
 * await serving.generateWithPrompt(prompt('Summarise: {{text}}'), { text })
 */
export class EnhancedLLMServing implements LLMServing {
  readonly kind = 'llm'
  readonly name: string
  readonly #provider: LLMServing
  readonly #observer: ServingObserver

  constructor(provider: LLMServing, observer: ServingObserver = {}) {
    this.name = provider.name
    this.#provider = provider
    this.#observer = observer
  }

  get capabilities(): LLMCapabilities {
    return this.#provider.capabilities
  }

  /** @throws the provider's typed error; anything else as MAESTRO_SERVING_FAILED */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const place = { serving: this.name, run: options.run, step: options.step, rowId: options.rowId }
    const event = this.#observer.requestStart?.({ ...place, request }) ?? { request }
    const started = performance.now()
    const done = (outcome: Pick<RequestDoneEvent, 'usage' | 'cost' | 'error'>) =>
      this.#observer.requestDone?.({ ...place, ...outcome, durationMs: performance.now() - started, tries: 1 })
    // One who hears of a success and throws does not make it a failed call.
    const result = await this.#call(event.request, options).catch((error: MaestroError) => {
      done({ error })
      throw error
    })
    done({ usage: result.usage, cost: result.cost })
    return result
  }

  async #call(request: LLMRequest, options: CallOptions): Promise<LLMResult> {
    try {
      return await this.#provider.generate(request, options)
    } catch (cause) {
      if (MaestroError.is(cause)) throw cause
      throw maestroError('MAESTRO_SERVING_FAILED', { serving: this.name, reason: String(cause) }, cause)
    }
  }

  /** The answer to a prompt filled with variables. */
  async generateWithPrompt<Variable extends string>(
    prompt: Prompt<Variable>,
    variables: PromptVariables<Variable>,
    options: CallOptions = {},
  ): Promise<string> {
    const result = await this.generate({ messages: prompt.messages(variables) }, options)
    return result.text
  }

  /** The answers to several prompts, in their order. @throws MAESTRO_SERVING_BATCH_LENGTH when the lists differ in length */
  async batchGenerateWithPrompts(
    prompts: readonly Prompt[],
    variables: readonly PromptVariables[],
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    if (prompts.length !== variables.length) {
      throw maestroError('MAESTRO_SERVING_BATCH_LENGTH', { prompts: prompts.length, variables: variables.length })
    }
    return Promise.all(prompts.map((prompt, index) => this.generateWithPrompt(prompt, variables[index] ?? {}, options)))
  }

  /** Answers in the order of the requests; all are under way at once as far as the provider allows. */
  async *generateBatch(requests: Iterable<LLMRequest>, options: CallOptions = {}): AsyncGenerator<LLMResult> {
    const answers = Array.from(requests, (request) => this.generate(request, options))
    // A later failure must not count as unhandled while an earlier answer is awaited.
    for (const answer of answers) answer.catch(() => undefined)
    for (const answer of answers) yield await answer
  }

  async dispose(): Promise<void> {
    await this.#provider.dispose?.()
  }
}
