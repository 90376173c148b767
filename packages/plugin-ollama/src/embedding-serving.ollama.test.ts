import { describe, expect, test } from 'vitest'
import { ollama } from './__fixtures__/real-ollama.js'
import { OllamaEmbeddingServing } from './embedding-serving.js'
import type { OllamaEmbeddingOptions } from './embedding-serving-options.js'

const { url = '', model = '' } = ollama ?? {}

const serve = (options: Partial<OllamaEmbeddingOptions> = {}) =>
  new OllamaEmbeddingServing({ model, host: url, contextTokens: 64, ...options })
const likeness = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0)

describe.skipIf(ollama === undefined)('vectors of a real Ollama', () => {
  test('one for each text, in order, of one length', async () => {
    const texts = ['A cat sleeps.', '1 + 1 = 2', 'A cat sleeps.', '猫が寝ている 😺']
    const { vectors, usage } = await serve().embed(texts)
    expect(vectors.map(({ length }) => length)).toEqual([576, 576, 576, 576])
    expect(likeness(vectors[0], vectors[2])).toBeCloseTo(1, 4)
    expect(likeness(vectors[0], vectors[1])).toBeLessThan(0.99)
    expect(usage.inputTokens).toBeGreaterThan(10)
  })

  test('a text that is too long is an error, or cut and reported', async () => {
    const long = 'word '.repeat(100)
    await expect(serve().embed(['short', long])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' })
    const { vectors, truncated } = await serve({ tooLong: 'cut' }).embed(['short', long, 'also short'])
    expect(truncated).toEqual([1])
    expect(vectors).toHaveLength(3)
    const { vectors: alone } = await serve().embed(['also short'])
    expect(likeness(vectors[2], alone[0])).toBeCloseTo(1, 4)
  })
})
