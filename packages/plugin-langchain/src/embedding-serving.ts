import type { Embeddings } from '@langchain/core/embeddings'
import {
  boundedCall,
  type CallOptions,
  type EmbeddingResult,
  type EmbeddingServing,
  estimateTokens,
  type Price,
  parseOptions,
  unexpectedReply,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { givenFacts } from './chat-serving-options.js'
import { batchSizeOption, isEmbeddings, type NamedEmbeddings } from './embedding-serving-options.js'
import { langchainError } from './errors.js'
import { createFrom } from './import-export.js'
import { boundsOf, LangChainServing } from './langchain-serving.js'
import { factsOfEmbeddings, factsOfExport, type ModelFacts } from './model-facts.js'
import { withNotedReplies } from './noted-replies.js'
import { withoutRetries } from './own-calls.js'
import { withOwnFetch, withTolerantClient } from './own-fetch.js'
import { toServingError } from './to-serving-error.js'

/** Facts about an embedding model that it does not state itself. */
export interface FromLangChainEmbeddingsOptions {
  /** The name for people and accounting. @default `langchain`, the provider, and the model */
  readonly name?: string
  /** The maximum number of texts in one call. @default as the model states, else 64 */
  readonly batchSize?: number | undefined
  /** Dollars per million tokens. */
  readonly price?: Price
}

const defaultBatchSize = 64

const fromEmbeddingsOptions = z.strictObject({
  name: givenFacts.name,
  price: givenFacts.price,
  batchSize: batchSizeOption,
})

/**
 * An embedding model of LangChain.js as a serving. LangChain does not report tokens, so they are read from the replies of
 * the provider, or else estimated.
 */
export class LangChainEmbeddingServing extends LangChainServing<Embeddings> implements EmbeddingServing {
  readonly kind = 'embedding'
  readonly batchSize: number

  constructor(facts: ModelFacts, batchSize: number | undefined, make: () => Promise<Embeddings>) {
    super(facts, async () => withTolerantClient(withNumbers(withoutRetries(await make()))))
    this.batchSize = batchSize ?? defaultBatchSize
  }

  /** @throws MAESTRO_LANGCHAIN_*, MAESTRO_SERVING_* */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<EmbeddingResult> {
    return boundedCall(boundsOf(this.name, options), async () => {
      const embeddings = await this.made()
      const { answer: vectors, told } = await withNotedReplies(
        () => embeddings.embedDocuments(texts.map((text) => text.toWellFormed())),
        (error, told) => toServingError(this.name, error, told),
      )
      const { usage, vectors: sent = 0 } = await told()
      // LangChain drops what it did not ask for, and then the vectors may belong to other texts.
      if (sent > texts.length)
        throw unexpectedReply(this.name, `${sent} vectors for ${texts.length} texts`, { usage: undefined })
      const estimated = { inputTokens: texts.reduce((sum, text) => sum + estimateTokens(text), 0), outputTokens: 0 }
      return {
        vectors: vectors.map((vector) => Float32Array.from(vector)),
        usage: usage ?? estimated,
        model: this.model ?? this.name,
      }
    })
  }
}

/**
 * Turns an embedding model of LangChain.js into a serving.
 *
 * @example
 * maestro({ plugins: [ai], servings: { embedder: fromLangChainEmbeddings(new OpenAIEmbeddings()) } })
 */
export function fromLangChainEmbeddings(
  embeddings: Embeddings,
  options: FromLangChainEmbeddingsOptions = {},
): EmbeddingServing {
  if (!isEmbeddings(embeddings))
    throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found: typeof embeddings, expected: 'an embedding model' })
  parseOptions('fromLangChainEmbeddings', fromEmbeddingsOptions, options)
  const { name, batchSize, price } = options
  const facts = {
    ...factsOfEmbeddings(embeddings),
    ...(name === undefined ? {} : { name }),
    price,
  }
  const own = Reflect.get(embeddings, 'batchSize')
  return new LangChainEmbeddingServing(
    facts,
    batchSize ?? (typeof own === 'number' ? own : undefined),
    async () => embeddings,
  )
}

/** An embedding model that is imported and created when it is first asked. */
export function embeddingServingOf(named: NamedEmbeddings, directory: string): EmbeddingServing {
  const { options, batchSize } = named
  const own = typeof options.batchSize === 'number' ? options.batchSize : undefined
  return new LangChainEmbeddingServing(factsOfExport(named, options, directory), batchSize ?? own, async () => {
    const fields = { maxConcurrency: Number.POSITIVE_INFINITY, ...options, maxRetries: 0 }
    const made = await createFrom(named, [withOwnFetch(named.from, fields)], directory)
    if (isEmbeddings(made)) return made
    const found = `${named.export} of ${named.from}`
    throw langchainError('MAESTRO_LANGCHAIN_WRONG_KIND', { found, expected: 'an embedding model' })
  })
}

/**
 * Lets the class of OpenAI ask for numbers. It asks for base64 otherwise, and reads the numbers of a server that has no
 * base64 as bytes, which gives vectors of zeros.
 */
function withNumbers<Model extends object>(embeddings: Model): Model {
  const isOpenAI = Reflect.get(embeddings, 'clientConfig') !== undefined
  if (isOpenAI && Reflect.get(embeddings, 'encodingFormat') === undefined)
    Reflect.set(embeddings, 'encodingFormat', 'float')
  return embeddings
}
