import type { Prompt, PromptVariables } from '../contracts/prompt.js'
import type { CallOptions, LLMCapabilities, LLMRequest, LLMResult, LLMServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { checkAnswer } from './answers/check-answer.js'
import { InFlight } from './answers/join-in-flight.js'
import { hasMedia, withLoadedMedia } from './answers/load-media.js'
import { withInstruction, withRepairTurn } from './answers/schema-instruction.js'
import { estimateRequest } from './budget/estimate-spending.js'
import { callProvider } from './call/call-provider.js'
import { EnhancedServing } from './enhanced-serving.js'
import { fingerprintRequest } from './fingerprint.js'
import { inCompletionOrder, inInputOrder, type Settled } from './generate-batch.js'
import { UsageRecord } from './usage-record.js'

/** An answer under way or found: `result.object` holds the data as the model gave them. */
interface Answer {
  readonly result: LLMResult
  /** What the check of the one who asked made of the data. */
  readonly checked?: { readonly by: CallOptions['check']; readonly value: unknown }
}

/**
 * The serving plane around a language model. A request goes its way in this order: media, fingerprint, answers that are kept,
 * identical call under way, budget, limiter, call, typed error, retry, check and repair, settled cost, kept answer,
 * usage record.
 *
 * @example
 * const serving = new EnhancedLLMServing(provider)
 * await serving.generateWithPrompt(prompt('Summarise: {{text}}'), { text })
 */
export class EnhancedLLMServing extends EnhancedServing<LLMServing> implements LLMServing {
  readonly kind = 'llm'
  readonly #inFlight = new InFlight<Answer>()

  /** The serving itself when it is one, else one around it. */
  static of(serving: LLMServing): EnhancedLLMServing {
    return serving instanceof EnhancedLLMServing ? serving : new EnhancedLLMServing(serving)
  }

  get capabilities(): LLMCapabilities {
    return this.inner.capabilities
  }

  /**
   * @throws the provider's typed error, MAESTRO_SERVING_*, MAESTRO_BUDGET_*, MAESTRO_MEDIA_*; for requests with a schema also
   * MAESTRO_SERVING_CUT_OFF, _FILTERED, _REFUSED, _MALFORMED_REPLY, _SCHEMA_MISMATCH
   */
  async generate(request: LLMRequest, options: CallOptions = {}): Promise<LLMResult> {
    const { observer, answers } = this.plane
    const record = new UsageRecord(this.inner, options, this.settings.price)
    try {
      const announced = this.#announce(request, options)
      const asked = hasMedia(announced)
        ? await withLoadedMedia(announced, { ...this.plane.media, signal: options.signal })
        : announced
      if (!this.reuses(options)) {
        const { result, checked } = await this.#ask(asked, options, record)
        record.tell(observer, { from: 'provider', finishReason: result.finishReason })
        return checked === undefined ? result : { ...result, object: checked.value }
      }
      const place = this.answerPlace(options)
      const fingerprint = fingerprintRequest(this.inner, asked)
      const kept = (await answers.get(place, fingerprint)) as LLMResult | undefined
      const found = kept === undefined ? undefined : await this.#forCaller({ result: kept }, asked, options)
      if (found !== undefined && !('error' in found)) {
        record.tell(observer, { from: 'cache', finishReason: found.finishReason })
        return found
      }
      const from = this.#inFlight.has(fingerprint.key) ? 'joined' : 'provider'
      const answer = await this.#inFlight.join(fingerprint.key, options.signal, async (signal) => {
        const answer = await this.#ask(asked, { ...options, signal }, record)
        const { rateLimits: _, ...result } = answer.result
        if (isWorthKeeping(result, options)) await answers.set(place, fingerprint, result as never)
        return answer
      })
      const result = await this.#forCaller(answer, asked, options)
      if ('error' in result) throw result.error
      record.tell(observer, { from, finishReason: result.finishReason })
      return result
    } catch (cause) {
      throw this.failed(record, options, cause)
    }
  }

  /** The answer to a prompt filled with variables. */
  async generateWithPrompt<Variable extends string>(
    prompt: Prompt<Variable>,
    variables: PromptVariables<Variable>,
    options: CallOptions = {},
  ): Promise<string> {
    const messages = prompt.messages(variables)
    const result = await this.generate({ messages, promptVersion: prompt.version }, options)
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

  /** Answers in the order of the requests, many under way at once; one that fails ends it with its error. */
  generateBatch(requests: Iterable<LLMRequest>, options: CallOptions = {}): AsyncGenerator<LLMResult> {
    return inInputOrder(requests, (request) => this.generate(request, options))
  }

  /** Answers as they come, each with the place of its request. One that fails is told and the others go on. */
  generateAsCompleted(requests: Iterable<LLMRequest>, options: CallOptions = {}): AsyncGenerator<Settled<LLMResult>> {
    return inCompletionOrder(requests, (request) => this.generate(request, options))
  }

  #announce(request: LLMRequest, { run, step, rowId }: CallOptions): LLMRequest {
    const start = this.plane.observer.requestStart
    return start === undefined ? request : start({ serving: this.name, run, step, rowId, request }).request
  }

  /** Asks the provider, and again with its faults shown where the answer does not pass. */
  async #ask(request: LLMRequest, options: CallOptions, record: UsageRecord): Promise<Answer> {
    const { schema } = request
    const { jsonSchema } = this.inner.capabilities
    let question = schema === undefined || jsonSchema ? request : withInstruction({ ...request, schema })
    for (let repairs = 0; ; repairs++) {
      const asked = question
      const result = await callProvider(this.path, {
        options,
        record,
        estimate: () => estimateRequest(asked),
        ask: (given) => this.inner.generate(asked, given),
      })
      const { usage = result.usage, cost } = record
      const whole = { ...withoutCost(result), usage, ...(cost === undefined ? {} : { cost }) }
      if (schema === undefined) return { result: whole }
      const checked = await checkAnswer(this.name, result, options.check)
      if (!('error' in checked))
        return { result: { ...whole, object: checked.data }, checked: { by: options.check, value: checked.value } }
      if (checked.issues === undefined || repairs >= this.settings.repairs) throw checked.error
      question = withRepairTurn(question, result.text, checked.issues)
    }
  }

  /** An answer as the caller's own check hands it on. */
  async #forCaller({ result, checked }: Answer, { schema }: LLMRequest, { check }: CallOptions) {
    if (schema === undefined) return result
    if (checked !== undefined && checked.by === check) return { ...result, object: checked.value }
    const own = await checkAnswer(this.name, result, check)
    return 'error' in own ? own : { ...result, object: own.value }
  }
}

function withoutCost({ cost: _, ...result }: LLMResult): LLMResult {
  return result
}

/** What is no finished answer is asked again the next time. */
function isWorthKeeping({ finishReason, text, object }: LLMResult, { keepCutOff = false }: CallOptions): boolean {
  const ended = finishReason === 'stop' || (finishReason === 'length' && keepCutOff)
  return ended && (object !== undefined || text.trim() !== '')
}
