import { createHash } from 'node:crypto'
import { boundedCall, type EmbeddingServing } from '@maestro-dataflow/core'
import type { ScriptedOptions } from './scripted-serving.js'
import { countWords, firstWords, wordsOf } from './words.js'

/** An embedding model without a real model. */
export interface ScriptedEmbeddings extends EmbeddingServing {
  /** The lists of texts in its requests, in order. */
  readonly requests: readonly (readonly string[])[]
}

/**
 * An embedding model that computes vectors from hashes of a text's words: the same text has the same vector on every
 * machine, and texts that share words are similar. Vectors have length 1.
 */
export function scriptedEmbeddings(
  options: ScriptedOptions & {
    /** @default 64 */
    readonly dimensions?: number
    /** The maximum words of a text; longer texts are cut and reported in `truncated`. @default no limit */
    readonly maxWords?: number
    /** The vectors of some texts, instead of computed ones. */
    readonly vectors?: Readonly<Record<string, readonly number[]>>
    readonly batchSize?: number
  } = {},
): ScriptedEmbeddings {
  const { dimensions = 64, maxWords = Number.POSITIVE_INFINITY, vectors = {}, ...described } = options
  const { name = 'scripted embeddings', model = name } = described
  const requests: (readonly string[])[] = []
  return {
    provider: 'scripted',
    ...described,
    kind: 'embedding',
    name,
    model,
    dimensions,
    requests,
    embed(texts, call = {}) {
      return boundedCall({ serving: name, ...call }, async () => {
        requests.push(texts)
        const read = texts.map((text) => firstWords(text, maxWords))
        const truncated = texts.flatMap((text, index) => (countWords(text) > maxWords ? [index] : []))
        return {
          vectors: read.map((text) =>
            Object.hasOwn(vectors, text) ? Float32Array.from(vectors[text] ?? []) : hashVector(text, dimensions),
          ),
          usage: { inputTokens: read.reduce((sum, text) => sum + countWords(text), 0), outputTokens: 0 },
          model,
          ...(truncated.length === 0 ? {} : { truncated }),
        }
      })
    },
  }
}

/** Each word adds a part of its hash to the vector; a text without words has a fixed vector. */
function hashVector(text: string, dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions)
  const words = wordsOf(text.toLowerCase())
  for (const word of words.length === 0 ? [''] : words) {
    for (let start = 0; start < dimensions; start += 32) {
      const hash = createHash('sha256').update(`${start} ${word}`).digest()
      for (const [at, byte] of hash.subarray(0, dimensions - start).entries()) {
        sum[start + at] = (sum[start + at] ?? 0) + byte - 127.5
      }
    }
  }
  const length = Math.hypot(...sum)
  return Float32Array.from(sum, (value) => value / length)
}
