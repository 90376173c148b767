import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import type { Prompt, PromptVariables } from '../contracts/prompt.js'
import type { CallOptions, LLMCapabilities, LLMRequest, LLMResult, LLMServing, Usage } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { estimateChatTokens, estimateTokens } from '../provider/estimate-tokens.js'
import { acceptedRequest } from './accepted-request.js'
import { AnswerTurns, storable } from './answers/answer-turns.js'
import { type Answer, type Asked, type Asker, askUntilSound } from './answers/ask-until-sound.js'
import { checkAnswer } from './answers/check-answer.js'
import { InFlight } from './answers/join-in-flight.js'
import { isAnswer, isWorthKeeping } from './answers/kept-answers.js'
import { hasMedia, withLoadedMedia } from './answers/load-media.js'
import { withoutPadding } from './answers/padded-answer.js'
import { SchemaSupport } from './answers/schema-support.js'
import { withThoughtsApart } from './answers/with-thoughts-apart.js'
import { estimateRequest } from './budget/estimate-spending.js'
import { callProvider } from './call/call-provider.js'
import { assertMessages } from './call/sound-messages.js'
import { soundAnswer } from './call/sound-replies.js'
import { type Answered, EnhancedServing } from './enhanced-serving.js'
import { withFallback } from './fallback.js'
import { fingerprintRequest } from './fingerprint.js'
import { inCompletionOrder, inInputOrder, type Settled } from './generate-batch.js'
import type { PackedCallOptions } from './packed/packed-call-options.js'
import type { PackedAnswer } from './packed/row-packer.js'
import { type PrefixTurn, PrefixTurns } from './prefix/prefix-turns.js'
import { SettingSupport } from './setting-support.js'
import { soundUsage } from './sound-usage.js'
import { hearText, streamText, unlessBrokenOff } from './stream-text.js'
import { UsageRecord } from './usage-record.js'

/** The servings that `of` has created: one wrapper per serving, so that its limits hold. */
const around = new WeakMap<LLMServing, EnhancedLLMServing>()

/**
 * The serving plane around a language model. A request passes through it in this order: media, fingerprint, response
 * cache, identical call in progress, budget, limiter, call, typed error, retry, check and repair, settled cost,
 * response cache, usage record.
 *
 * @example
 * const serving = new EnhancedLLMServing(provider)
 * await serving.generateWithPrompt(prompt('Summarize: {{text}}'), { text })
 */
export class EnhancedLLMServing extends EnhancedServing<LLMServing> implements LLMServing {
  readonly kind = 'llm'
  readonly #inFlight = new InFlight<Asked>()
  readonly #prefixes = new PrefixTurns()
  readonly #asker: Asker = {
    name: this.name,
    repairs: this.settings.repairs,
    instructed: (request) => this.#schemas.instructed(request),
    call: (request, options, record) => this.#callHeld(request, options, record),
    callPacked: (request, options, record) => this.#askPacked(request, options, record),
  }
  readonly #schemas = new SchemaSupport(() => this.capabilities.jsonSchema)
  readonly #settings = new SettingSupport(this.inner, this.plane.refusedSettings)

  /** Returns a serving that is wrapped already, or wraps it. */
  static of(serving: LLMServing): EnhancedLLMServing {
    if (serving instanceof EnhancedLLMServing) return serving
    const known = around.get(serving) ?? new EnhancedLLMServing(serving)
    around.set(serving, known)
    return known
  }

  get capabilities(): LLMCapabilities {
    return this.inner.capabilities
  }

  /**
   * @throws the provider's typed error, MAESTRO_SERVING_*, MAESTRO_BUDGET_*, MAESTRO_MEDIA_*; for requests with a
   *   schema also MAESTRO_SERVING_CUT_OFF, _FILTERED, _REFUSED, _MALFORMED_REPLY, _SCHEMA_MISMATCH
   */
  generate(request: LLMRequest, given: PackedCallOptions = {}): Promise<LLMResult> {
    const { options, heard } = hearText(given)
    return withFallback({
      options,
      fallback: this.fallback('llm'),
      own: () => this.#generate(request, options),
      other: (fallback) => fallback.generate(request, withoutPack(options)),
      answers: (result) => heard.text || isWorthKeeping(result, options),
    })
  }

  /**
   * Yields the text of an answer as the model writes it, without its reasoning, and returns the whole result. If the
   * provider does not stream, or the answer is stored, the text arrives in one piece.
   *
   * @throws what `generate` throws; MAESTRO_SERVING_BROKEN_OFF for a failure after the first piece
   */
  stream(request: LLMRequest, options: CallOptions = {}): AsyncGenerator<string, LLMResult> {
    return streamText(options, (streaming) => this.generate(request, streaming))
  }

  async #generate(request: LLMRequest, options: PackedCallOptions): Promise<LLMResult> {
    const { result } = await this.recorded(options, async (record) => {
      const announced = this.#accepted(this.#announce(this.#versioned(request, options), options), record)
      assertMessages(announced.messages)
      const asked = await this.#withMedia(announced, options)
      const { result, from } = await this.#answer(asked, options, record)
      const { finishReason, usage, cost } = result
      const saved = { usage, ...(cost === undefined ? {} : { cost }) }
      return {
        result,
        from,
        finishReason,
        ...(from === 'cache' || from === 'joined' || from === 'resumed' ? { saved } : {}),
      }
    })
    return result
  }

  /** The request with the version of its step's prompt, if the operator did not pass one on. */
  #versioned(request: LLMRequest, options: CallOptions): LLMRequest {
    if (request.promptVersion !== undefined) return request
    const promptVersion = this.plane.promptVersion(options)
    return promptVersion === undefined ? request : { ...request, promptVersion }
  }

  /** Answers a prompt that is filled with variables. */
  async generateWithPrompt<Variable extends string>(
    prompt: Prompt<Variable>,
    variables: PromptVariables<Variable>,
    options: CallOptions = {},
  ): Promise<string> {
    const messages = prompt.messages(variables)
    const result = await this.generate({ messages, promptVersion: prompt.version }, options)
    return result.text
  }

  /** Answers several prompts, in their order. @throws MAESTRO_SERVING_BATCH_LENGTH if the lists differ in length */
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

  /**
   * Yields answers in the order of the requests, with many in progress at once. A failed request ends it with its
   * error.
   */
  generateBatch(requests: Iterable<LLMRequest>, options: CallOptions = {}): AsyncGenerator<LLMResult> {
    return inInputOrder(requests, (request) => this.generate(request, options))
  }

  /**
   * Yields answers as they arrive, each with the position of its request. A failed request is reported, and the others
   * continue.
   */
  generateAsCompleted(requests: Iterable<LLMRequest>, options: CallOptions = {}): AsyncGenerator<Settled<LLMResult>> {
    return inCompletionOrder(requests, (request) => this.generate(request, options))
  }

  /** Takes the answer from the cache, from an identical call in progress, or from the provider. */
  async #answer(request: LLMRequest, options: PackedCallOptions, record: UsageRecord): Promise<Answered<LLMResult>> {
    const { answers, redact } = this.plane
    if (!this.reuses(options)) {
      const { result, checked, from } = await askUntilSound(this.#asker, request, options, record, undefined)
      return { result: checked === undefined ? result : { ...result, object: checked.value }, from }
    }
    const place = this.answerPlace(options)
    const fingerprint = fingerprintRequest(this.inner, request)
    record.key = fingerprint.key
    const kept = await answers.get(place, fingerprint)
    const found =
      isAnswer(kept?.answer) && isWorthKeeping(kept.answer, options)
        ? await this.#forCaller({ result: kept.answer }, request, options)
        : undefined
    if (kept !== undefined && found !== undefined && !('error' in found)) {
      if (kept.from === 'resumed')
        record.resume({ tries: kept.spent?.tries ?? 0, usage: found.usage, cost: found.cost })
      return { result: found, from: kept.from }
    }
    const joins = this.#inFlight.has(fingerprint.key)
    const answer = await this.#inFlight.join(fingerprint.key, options.signal, async (signal) => {
      const turns = new AnswerTurns(answers, place, fingerprint, redact)
      const answer = await askUntilSound(this.#asker, request, { ...options, signal }, record, turns)
      const requests = answer.from === 'packed' ? 0 : 1
      if (isWorthKeeping(answer.result, options))
        await answers.set(place, fingerprint, storable(answer.result), () => record.takeUnrecorded(requests))
      else await turns.keep(answer.result, () => record.takeUnrecorded(requests))
      return answer
    })
    const result = await this.#forCaller(answer, request, options)
    if ('error' in result) throw result.error
    return { result, from: joins ? 'joined' : answer.from }
  }

  /** Files that a request names by their location are read before the key is computed. */
  async #withMedia(request: LLMRequest, { signal }: CallOptions): Promise<LLMRequest> {
    return hasMedia(request) ? withLoadedMedia(request, { ...this.plane.media, signal }) : request
  }

  #accepted(request: LLMRequest, record: UsageRecord): LLMRequest {
    const { model = this.name, capabilities } = this.inner
    return acceptedRequest(request, { model, capabilities }, (message) => record.warn(message))
  }

  #announce(request: LLMRequest, { run, step, rowId }: CallOptions): LLMRequest {
    const start = this.plane.observer.requestStart
    return start === undefined
      ? request
      : start({ serving: this.name, configName: this.configName, run, step, rowId, request }).request
  }

  #callHeld(request: LLMRequest, options: CallOptions, record: UsageRecord): Promise<LLMResult> {
    return this.#settings.call(
      request,
      ({ request: accepted, omit }) => {
        const heard = omit.includes('stop') ? withoutPieces(options) : options
        const given = omit.length === 0 ? heard : { ...heard, omit }
        return this.#schemas.call(accepted, (asked) => this.#call(asked, given, record), record)
      },
      record,
    )
  }

  #call(request: LLMRequest, options: CallOptions, record: UsageRecord): Promise<LLMResult> {
    if (!this.settings.warmPrefix) return this.#send(request, options, record)
    return this.#prefixes.run(request, options.signal, (turn) => this.#send(request, options, record, turn))
  }

  #send(request: LLMRequest, options: CallOptions, record: UsageRecord, turn?: PrefixTurn): Promise<LLMResult> {
    return callProvider(this.path, {
      options,
      record,
      estimate: () => estimateRequest(request),
      ask: unlessBrokenOff(this.name, options, async (given) => {
        const sharedPrefix = turn?.sent() ?? 0
        const reply = await this.inner.generate(request, sharedPrefix === 0 ? given : { ...given, sharedPrefix })
        const result = withoutPadding(soundAnswer(this.name, this.model, reply), request)
        for (const warning of result.warnings ?? []) record.warn(warning)
        const usage = usageOf(result, request)
        return withThoughtsApart(usage === result.usage ? result : { ...result, usage })
      }),
    })
  }

  /** Asks in one call with other rows; undefined if the row has to be asked alone. */
  async #askPacked(
    request: LLMRequest,
    { pack, ...options }: PackedCallOptions,
    record: UsageRecord,
  ): Promise<PackedAnswer | undefined> {
    if (pack === undefined) return undefined
    return pack.packer.ask(
      {
        request,
        options,
        record,
        call: (together, given, shared) => this.#callHeld(this.#schemas.instructed(together), given, shared),
        newRecord: () => new UsageRecord(this.inner, options, this.settings.price),
      },
      pack.values,
    )
  }

  /** The answer with the value that the caller's check returns. */
  async #forCaller({ result, checked }: Answer, { schema }: LLMRequest, { check }: CallOptions) {
    if (schema === undefined) return result
    if (checked !== undefined && checked.by === check) return { ...result, object: checked.value }
    const own = await checkAnswer(this.name, result, { schema, check })
    return 'error' in own ? own : { ...result, object: own.value }
  }
}
recogniseAcrossCopies(EnhancedLLMServing, 'EnhancedLLMServing')

/** The end of a text that is cut is not known before the whole of it is there. */
function withoutPieces({ onText: _, ...options }: CallOptions): CallOptions {
  return options
}

function withoutPack({ pack: _, ...options }: PackedCallOptions): CallOptions {
  return options
}

function usageOf({ usage, text, reasoning = '' }: LLMResult, { messages }: LLMRequest): Usage {
  return soundUsage(usage, () => ({
    inputTokens: estimateChatTokens(messages),
    outputTokens: estimateTokens(text + reasoning),
  }))
}
