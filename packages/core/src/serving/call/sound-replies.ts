import type {
  EmbeddingResult,
  FinishReason,
  LLMResult,
  RerankResult,
  TranscriptionResult,
} from '../../contracts/serving.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'

/*
 * A serving may come from any plugin, so what it returns is checked before anything relies on it. A breach of the
 * contract rejects the row that asked, and is not asked again.
 */

const finishReasons: ReadonlySet<unknown> = new Set<FinishReason>(['stop', 'length', 'content-filter', 'refusal'])

/**
 * An answer of a language model as the contract describes it.
 *
 * @param model The model to name if the answer names none.
 * @throws MAESTRO_SERVING_CONTRACT, MAESTRO_SERVING_UNFINISHED
 */
export function soundAnswer(serving: string, model: string, reply: unknown): LLMResult {
  const answer = assertObject<LLMResult>(serving, reply, 'an answer')
  if (typeof answer.text !== 'string')
    throw breach(serving, `returned an answer whose text is ${describeValue(answer.text)}`)
  if (answer.finishReason === undefined) throw breach(serving, 'returned an answer without a finish reason')
  if (!finishReasons.has(answer.finishReason))
    throw maestroError('MAESTRO_SERVING_UNFINISHED', { serving, reason: String(answer.finishReason) })
  return typeof answer.model === 'string' ? (answer as LLMResult) : { ...(answer as LLMResult), model }
}

/** Vectors as the contract describes them: copies, because a serving may reuse its own. @throws MAESTRO_SERVING_CONTRACT */
export function soundVectors(serving: string, reply: unknown): EmbeddingResult {
  const { vectors } = assertObject<EmbeddingResult>(serving, reply, 'vectors')
  if (!Array.isArray(vectors)) throw breach(serving, `returned ${describeValue(vectors)} as its vectors`)
  const own = (vectors as readonly unknown[]).map((vector) => {
    if (!(vector instanceof Float32Array))
      throw breach(serving, `returned ${describeValue(vector)} as a vector, which is a Float32Array`)
    if (!vector.every(Number.isFinite)) throw breach(serving, 'returned a vector with a number that is not finite')
    return vector.slice()
  })
  if (new Set(vectors).size < vectors.length)
    throw breach(serving, 'returned one and the same vector for several texts')
  return { ...(reply as EmbeddingResult), vectors: own }
}

/** Scores as the contract describes them. @throws MAESTRO_SERVING_CONTRACT */
export function soundScores(serving: string, reply: unknown): RerankResult {
  const { scores } = assertObject<RerankResult>(serving, reply, 'scores')
  if (!Array.isArray(scores)) throw breach(serving, `returned ${describeValue(scores)} as its scores`)
  return reply as RerankResult
}

/** A transcription as the contract describes it. @throws MAESTRO_SERVING_CONTRACT */
export function soundTranscription(serving: string, reply: unknown): TranscriptionResult {
  const { text } = assertObject<TranscriptionResult>(serving, reply, 'a transcription')
  if (typeof text !== 'string') throw breach(serving, `returned a transcription whose text is ${describeValue(text)}`)
  return reply as TranscriptionResult
}

function assertObject<Result>(serving: string, reply: unknown, expected: string): Partial<Result> {
  if (typeof reply === 'object' && reply !== null) return reply
  throw breach(serving, `returned ${describeValue(reply)} instead of ${expected}`)
}

function breach(serving: string, fault: string): Error {
  return maestroError('MAESTRO_SERVING_CONTRACT', { serving, fault })
}
