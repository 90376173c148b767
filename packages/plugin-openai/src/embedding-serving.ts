import {
  type CallOptions,
  type EmbeddingResult,
  type EmbeddingServing,
  type Price,
  parseOptions,
} from '@maestro-dataflow/core'
import { type Connection, connect } from './connection.js'
import { embeddingList } from './embedding-api.js'
import { type OpenAIEmbeddingOptions, openaiEmbeddingOptions } from './embedding-serving-options.js'
import { fromEmbeddingResponse } from './from-embedding-response.js'
import { readReply } from './read-reply.js'
import { callServer } from './serving-call.js'
import { assertWholeTexts, mayBeCut, textContextOf } from './text-cut.js'

/** The lengths of vectors that are not shortened. */
const dimensions: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
}

/**
 * An embedding model of OpenAI, Azure, or a compatible server. The serving plane splits its calls by the limits of
 * texts and tokens.
 */
export class OpenAIEmbeddingServing implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly name: string
  readonly provider: string
  readonly model: string
  readonly account: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly price: Price | undefined
  readonly dimensions: number | undefined
  readonly batchSize: number
  readonly maxBatchTokens: number | undefined
  readonly #connection: Connection
  readonly #dimensions: number | undefined
  /** In tokens, if the server is Ollama; infinite for another one. */
  #context: number | undefined

  /** @throws MAESTRO_PIPELINE_OPTIONS, MAESTRO_OPENAI_KEY_MISSING */
  constructor(given: OpenAIEmbeddingOptions) {
    const options = parseOptions('OpenAIEmbeddingServing', openaiEmbeddingOptions, given)
    const connection = connect(options)
    const { facts } = connection
    this.#connection = connection
    this.#dimensions = options.dimensions
    this.name = `openai.embeddings ${options.model}`
    this.provider = connection.provider
    this.model = options.model
    this.account = connection.account
    this.identity = { ...connection.identity, deployment: connection.model, dimensions: options.dimensions }
    this.price = connection.price
    this.dimensions = options.dimensions ?? (connection.isOpenAI ? dimensions[options.model] : undefined)
    this.batchSize = options.batchSize ?? facts.batchSize
    this.maxBatchTokens = options.maxBatchTokens ?? facts.maxBatchTokens
  }

  /** @throws MAESTRO_SERVING_* depending on the server's answer, MAESTRO_OPENAI_TOKEN_VECTORS */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    const { model, facts, baseUrl } = this.#connection
    if (texts.length === 0) return { vectors: [], usage: { inputTokens: 0, outputTokens: 0 }, model: this.model }
    return callServer(this.#connection, {
      serving: this.name,
      options,
      path: 'embeddings',
      body: {
        model,
        input: texts.map((text) => text.toWellFormed()),
        encoding_format: facts.base64 === true ? 'base64' : 'float',
        ...(this.#dimensions === undefined ? {} : { dimensions: this.#dimensions }),
      },
      read: async (response, send) => {
        const list = await readReply(this.name, response, embeddingList)
        const result = fromEmbeddingResponse(list, { serving: this.name, model: this.model, texts })
        if (facts.mayBeOllama === true && texts.some(mayBeCut)) {
          const server = { send, baseUrl, model, signal: options.signal }
          this.#context ??= await textContextOf(server)
          await assertWholeTexts(server, texts, this.#context)
        }
        return result
      },
    })
  }
}
