import {
  type CallOptions,
  countOf,
  type EmbeddingResult,
  type EmbeddingServing,
  estimateTokens,
  type Logger,
  MaestroError,
  maestroError,
  type Price,
  parseOptions,
  uncountedTokens,
  unexpectedReply,
} from '@maestro-dataflow/core'
import type { EmbedRequest, Ollama } from 'ollama'
import { type OllamaEmbeddingOptions, ollamaEmbeddingOptions } from './embedding-serving-options.js'
import { keepAliveOf } from './model-options.js'
import { OllamaModel } from './ollama-model.js'

interface Embedded {
  readonly vectors: readonly Float32Array[]
  readonly tokens: number
  /** Whether the server has counted them; otherwise they are estimated. */
  readonly isCounted: boolean
  /** The positions of texts that were cut. */
  readonly cut: readonly number[]
}

/** An embedding model of one or several Ollama servers. */
export class OllamaEmbeddingServing implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly provider = 'ollama'
  readonly name: string
  readonly model: string
  readonly account: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly price: Price = { input: 0 }
  readonly concurrency: number
  readonly dimensions: number | undefined
  readonly batchSize: number
  readonly #options: OllamaEmbeddingOptions
  readonly #model: OllamaModel

  /** @param logger Receives the progress of pulls. @throws MAESTRO_PIPELINE_OPTIONS */
  constructor(given: OllamaEmbeddingOptions, logger?: Logger) {
    const options = parseOptions('OllamaEmbeddingServing', ollamaEmbeddingOptions, given)
    const { model, contextTokens, dimensions, batchSize = 32, tooLong } = options
    this.#options = options
    this.model = model
    this.name = `ollama.embeddings ${model}`
    this.#model = new OllamaModel(this.name, options, logger)
    this.account = this.#model.hosts.urls.join(' ')
    this.concurrency = this.#model.hosts.concurrency
    this.dimensions = dimensions
    this.batchSize = batchSize
    // Without the hosts, because a name means the same model on all of them.
    this.identity = { contextTokens, dimensions, tooLong }
  }

  /**
   * @throws MAESTRO_SERVING_CONTEXT_TOO_LONG for a text that exceeds the model's context, unless `tooLong` is `cut`;
   *   _BAD_REQUEST for an empty text, _NOT_FOUND, _CONNECTION, _BROKEN_REPLY, _OVERLOADED, _SERVER, _ABORTED,
   *   MAESTRO_OLLAMA_PULL
   */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    const empty = texts.indexOf('')
    // Ollama reports it as an internal error, which would be retried.
    if (empty !== -1)
      throw maestroError('MAESTRO_SERVING_BAD_REQUEST', {
        serving: this.name,
        reason: `text ${empty + 1} of ${texts.length} is empty and has no vector`,
      })
    return this.#model.call(options, async ({ client, contextTokens }) => {
      const { model, dimensions, keepAlive } = this.#options
      const request = {
        model,
        ...(dimensions === undefined ? {} : { dimensions }),
        ...(keepAlive === undefined ? {} : { keep_alive: keepAliveOf(keepAlive) }),
        options: { num_ctx: contextTokens },
      }
      const { vectors, tokens, isCounted, cut } = await this.#embed(client, request, texts)
      return {
        vectors,
        usage: { inputTokens: tokens, outputTokens: 0 },
        model,
        ...(cut.length === 0 ? {} : { truncated: cut }),
        ...(isCounted ? {} : { warnings: [uncountedTokens] }),
      }
    })
  }

  /** Ends a pull in progress. */
  async dispose(): Promise<void> {
    await this.#model.dispose()
  }

  /** The server does not say which text was too long. Halving finds it, so that only that text is cut. */
  async #embed(client: Ollama, request: Omit<EmbedRequest, 'input'>, texts: readonly string[]): Promise<Embedded> {
    try {
      return { ...(await ask(this.name, client, { ...request, truncate: false, input: [...texts] })), cut: [] }
    } catch (error) {
      if (this.#options.tooLong !== 'cut' || !MaestroError.is(error, 'MAESTRO_SERVING_CONTEXT_TOO_LONG')) throw error
    }
    if (texts.length === 1)
      return { ...(await ask(this.name, client, { ...request, truncate: true, input: [...texts] })), cut: [0] }
    const middle = Math.ceil(texts.length / 2)
    const first = await this.#embed(client, request, texts.slice(0, middle))
    const second = await this.#embed(client, request, texts.slice(middle))
    return {
      vectors: [...first.vectors, ...second.vectors],
      tokens: first.tokens + second.tokens,
      isCounted: first.isCounted && second.isCounted,
      cut: [...first.cut, ...second.cut.map((place) => place + middle)],
    }
  }
}

type Asking = Omit<EmbedRequest, 'input'> & { readonly input: string[] }

async function ask(serving: string, client: Ollama, request: Asking): Promise<Omit<Embedded, 'cut'>> {
  const { embeddings, prompt_eval_count } = await client.embed(request)
  const given: readonly unknown[] = Array.isArray(embeddings) ? embeddings : []
  const counted = countOf(prompt_eval_count)
  const tokens = counted ?? request.input.reduce((sum, text) => sum + estimateTokens(text), 0)
  const vectors = given.map((vector) => toVector(serving, vector, tokens))
  return { vectors, tokens, isCounted: counted !== undefined }
}

/** A vector, also one within a list of its own. @throws MAESTRO_SERVING_UNEXPECTED_REPLY */
function toVector(serving: string, given: unknown, tokens: number): Float32Array {
  const [only] = Array.isArray(given) && given.length === 1 ? given : []
  const vector: unknown = Array.isArray(only) ? only : given
  if (!Array.isArray(vector) || vector.length === 0 || !vector.every(Number.isFinite))
    throw unexpectedReply(serving, 'a vector is missing or contains a value that is not a number', {
      usage: { prompt_tokens: tokens },
    })
  return Float32Array.from(vector)
}
