import { type EmbeddingResult, estimateTokens, readUsage, unexpectedReply } from '@maestro-dataflow/core'
import type { EmbeddingList } from './embedding-api.js'
import { openaiError } from './errors.js'
import { warningsOf } from './usage-warnings.js'

/**
 * One vector per text, in the order of the texts, whatever order the server uses.
 *
 * @throws MAESTRO_SERVING_UNEXPECTED_REPLY for a wrong number of vectors, a repeated one, or values that are not numbers;
 *   MAESTRO_OPENAI_TOKEN_VECTORS
 */
export function fromEmbeddingResponse(
  { data, usage, model }: EmbeddingList,
  asked: {
    readonly serving: string
    readonly model: string
    readonly texts: readonly string[]
  },
): EmbeddingResult {
  const { serving, texts } = asked
  const unexpected = (reason: string) => unexpectedReply(serving, reason, { usage })
  if (data.length !== texts.length) throw unexpected(`${data.length} vectors for ${texts.length} texts`)
  const vectors: Float32Array[] = []
  for (const [place, { index, embedding }] of data.entries()) {
    const at = index ?? place
    if (!(at in texts) || at in vectors) throw unexpected(`a vector for text ${at} of ${texts.length}`)
    if (typeof embedding === 'object' && 'tokens' in embedding)
      throw openaiError('MAESTRO_OPENAI_TOKEN_VECTORS', { serving, tokens: embedding.tokens })
    const vector = toVector(embedding)
    if (vector.length === 0 || !vector.every(Number.isFinite))
      throw unexpected(`the vector of text ${at} is empty or contains a value that is not a number`)
    vectors[at] = vector
  }
  const { usage: told, unreadable } = readUsage(usage)
  const warnings = warningsOf(unreadable, told.inputTokens !== undefined)
  const estimate = () => texts.reduce((sum, text) => sum + estimateTokens(text), 0)
  return {
    vectors,
    // An estimate if the server does not count, so that budgets do not treat the call as free.
    usage: { inputTokens: told.inputTokens ?? estimate(), outputTokens: 0 },
    ...(warnings.length === 0 ? {} : { warnings }),
    model: typeof model === 'string' && model !== '' ? model : asked.model,
  }
}

/** Base64 holds the numbers in little-endian byte order. */
function toVector(embedding: string | readonly number[]): Float32Array {
  if (typeof embedding !== 'string') return Float32Array.from(embedding)
  const bytes = Buffer.from(embedding, 'base64')
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(4 * index))
}
