import { createHash } from 'node:crypto'
import { boundedCall, type EmbeddingServing } from '@maestro-dataflow/core'
import type { ScriptedOptions } from './scripted-serving.js'
import { countWords, firstWords, wordsOf } from './words.js'

/** An embedding model without a model. */
export interface ScriptedEmbeddings extends EmbeddingServing {
  /** The lists of texts it was asked for, in order. */
  readonly requests: readonly (readonly string[])[]
}

/**
 * An embedding model whose vectors are made from hashes of a text's words: the same text has the same vector on every
 * machine, and texts that share words are near each other. Vectors have length 1.
 */
export function scriptedEmbeddings(
  options: ScriptedOptions & {
    /** @default 64 */
    readonly dimension?: number
    /** Words that are read of a text; longer ones are cut, and told in `truncated`. @default all */
    readonly maxWords?: number
    /** Vectors of some texts that are given instead of made. */
    readonly vectors?: Readonly<Record<string, readonly number[]>>
    readonly batchSize?: number
  } = {},
): ScriptedEmbeddings {
  const { dimension = 64, maxWords = Number.POSITIVE_INFINITY, vectors = {}, ...described } = options
  const { name = 'scripted embeddings', model = name } = described
  const requests: (readonly string[])[] = []
  return {
    provider: 'scripted',
    ...described,
    kind: 'embedding',
    name,
    model,
    dimension,
    requests,
    embed(texts, call = {}) {
      return boundedCall({ serving: name, ...call }, async () => {
        requests.push(texts)
        const read = texts.map((text) => firstWords(text, maxWords))
        const truncated = texts.flatMap((text, index) => (countWords(text) > maxWords ? [index] : []))
        return {
          vectors: read.map((text) =>
            Object.hasOwn(vectors, text) ? Float32Array.from(vectors[text] ?? []) : hashVector(text, dimension),
          ),
          usage: { inputTokens: read.reduce((sum, text) => sum + countWords(text), 0), outputTokens: 0 },
          model,
          ...(truncated.length === 0 ? {} : { truncated }),
        }
      })
    },
  }
}

/** Each word puts a share of its hash into the vector; a text without words has one of its own. */
function hashVector(text: string, dimension: number): Float32Array {
  const sum = new Float64Array(dimension)
  const words = wordsOf(text.toLowerCase())
  for (const word of words.length === 0 ? [''] : words) {
    for (let start = 0; start < dimension; start += 32) {
      const hash = createHash('sha256').update(`${start} ${word}`).digest()
      for (const [at, byte] of hash.subarray(0, dimension - start).entries()) {
        sum[start + at] = (sum[start + at] ?? 0) + byte - 127.5
      }
    }
  }
  const length = Math.hypot(...sum)
  return Float32Array.from(sum, (value) => value / length)
}
