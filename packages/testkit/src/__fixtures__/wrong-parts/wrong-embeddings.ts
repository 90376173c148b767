import type { EmbeddingResult, EmbeddingServing } from '@maestro-dataflow/core'
import type { EmbeddingServingCase } from '../../conformance/embedding-serving-suite.js'

/** Changes a right model. State that it creates belongs to one serving. */
export type PlantEmbedding = (model: EmbeddingServing) => Partial<EmbeddingServing>

/** A fault in the vectors of each call. */
const vectors =
  (
    change: (vectors: Float32Array[], texts: readonly string[], call: number) => readonly Float32Array[],
  ): PlantEmbedding =>
  (model) => {
    let calls = 0
    return {
      async embed(texts, options) {
        const result = await model.embed(texts, options)
        return { ...result, vectors: change([...result.vectors], texts, ++calls) }
      },
    }
  }

/** A fault in each text. */
const text =
  (change: (text: string) => string): PlantEmbedding =>
  (model) => ({ embed: (texts, options) => model.embed(texts.map(change), options) })

const failure =
  (change: (error: Error) => unknown): PlantEmbedding =>
  (model) => ({
    embed: (...call) =>
      model.embed(...call).catch((error) => {
        throw change(error)
      }),
  })

/** Embedding models that are wrong. */
export const wrongEmbeddings: Readonly<Record<string, readonly [EmbeddingServingCase, PlantEmbedding]>> = {
  'gives NaN now and then': [
    'a text has the same vector alone and among others',
    vectors((given, _, call) => (call % 7 === 0 ? given.map((one) => one.slice().fill(Number.NaN)) : given)),
  ],
  'gives NaN at a place far behind': [
    'a full batch is answered in one call',
    vectors((given) => given.map((one, index) => (index === 90 ? one.slice().fill(Number.NaN, 3, 4) : one))),
  ],
  'gives shorter vectors now and then': [
    'a text has the same vector alone and among others',
    vectors((given, _, call) => (call % 5 === 0 ? given.map((one) => one.slice(1)) : given)),
  ],
  'gives shorter vectors for one text alone': [
    'a text has the same vector alone and among others',
    vectors((given) => (given.length === 1 ? given.map((one) => one.slice(1)) : given)),
  ],
  'gives one vector too few now and then': [
    'a text has the same vector alone and among others',
    vectors((given, _, call) => (call % 5 === 0 ? given.slice(1) : given)),
  ],
  'gives one vector too many for a full batch': [
    'a full batch is answered in one call',
    vectors((given) => (given.length > 50 ? [...given, ...given.slice(0, 1)] : given)),
  ],
  'swaps two vectors of a full batch': [
    'a full batch is answered in one call',
    vectors((given) => {
      if (given.length < 60) return given
      const [one, other] = [given[40], given[41]] as [Float32Array, Float32Array]
      given[40] = other
      given[41] = one
      return given
    }),
  ],
  'gives zeros for what it does not know': [
    'returns one vector for each text, in order',
    vectors((given, texts) =>
      given.map((one, index) => (/^[\p{ASCII}]*$/u.test(texts[index] ?? '') ? one : one.slice().fill(0))),
    ),
  ],
  'returns one buffer for all calls': [
    'a text has the same vector alone and among others',
    (model) => {
      const buffers = new Map<string, Float32Array>()
      return {
        async embed(texts, options) {
          const result = await model.embed(texts, options)
          const shared = result.vectors.map((vector, index) => {
            const key = `${index} ${vector.length}`
            const buffer = buffers.get(key) ?? new Float32Array(vector.length)
            buffers.set(key, buffer)
            buffer.set(vector)
            return buffer
          })
          return { ...result, vectors: shared }
        },
      }
    },
  ],
  'returns the vector that it keeps': [
    'a later change of a returned vector does not change the next one',
    (model) => {
      const known = new Map<string, Float32Array>()
      return {
        async embed(texts, options) {
          const result = await model.embed(texts, options)
          const kept = result.vectors.map((vector, index) => {
            const key = texts[index] ?? ''
            const one = known.get(key) ?? vector
            known.set(key, one)
            return one
          })
          return { ...result, vectors: kept }
        },
      }
    },
  ],
  'empties the list that it is given': [
    'a text has the same vector alone and among others',
    (model) => ({
      async embed(texts, options) {
        const asked = [...texts]
        ;(texts as string[]).length = 0
        return model.embed(asked, options)
      },
    }),
  ],
  'sorts the list that it is given': [
    'a text has the same vector alone and among others',
    (model) => ({
      embed: (texts, options) => model.embed((texts as string[]).sort(), options),
    }),
  ],
  'trims long texts in silence': [
    'a long text is read completely, reported as truncated, or refused',
    text((given) => given.slice(0, 200)),
  ],
  'reads only the beginning of a text': [
    'a long text is read completely, reported as truncated, or refused',
    text((given) => given.slice(0, 1000)),
  ],
  'drops what is not ASCII': [
    'returns one vector for each text, in order',
    text((given) => given.replaceAll(/[^ -~]/g, '')),
  ],
  'works only the first time': [
    'returns one vector for each text, in order',
    vectors((given, _, call) => (call > 1 ? given.map((one) => one.slice().fill(0.5)) : given)),
  ],
  'returns a promise for each vector': [
    'a text has the same vector alone and among others',
    vectors((given) => given.map((one) => Promise.resolve(one)) as never),
  ],
  'returns a list that is not one': [
    'a text has the same vector alone and among others',
    (model) => ({
      async embed(texts, options) {
        const result = await model.embed(texts, options)
        return { ...result, vectors: new Set(result.vectors) as never }
      },
    }),
  ],
  'throws a text': ['a call has both its signal and its time-out', failure(({ message }) => message)],
  'throws null': ['a call has both its signal and its time-out', failure(() => null)],
  'answers although it was stopped': [
    'a call has both its signal and its time-out',
    (model) => ({
      embed: (texts, options = {}) =>
        options.signal?.aborted === true
          ? model.embed(texts, options)
          : model.embed(texts, { ...options, signal: undefined as never }),
    }),
  ],
  'hears no signal when it has a time-out': [
    'a call has both its signal and its time-out',
    (model) => ({
      embed: (texts, options = {}) =>
        model.embed(texts, options.timeout === undefined ? options : { ...options, signal: undefined as never }),
    }),
  ],
  'keeps no time-out when it has a signal': [
    'a call has both its signal and its time-out',
    (model) => ({
      embed: (texts, options = {}) =>
        model.embed(texts, options.signal === undefined ? options : { ...options, timeout: undefined as never }),
    }),
  ],
  'leaves its listeners on the signal': [
    'calls leave nothing behind',
    (model) => ({
      embed(texts, options = {}) {
        options.signal?.addEventListener('abort', () => undefined)
        return model.embed(texts, options)
      },
    }),
  ],
  'leaves a timer of each call': [
    'calls leave nothing behind',
    (model) => ({
      embed(texts, options) {
        setTimeout(() => undefined, 3_000_000)
        return model.embed(texts, options)
      },
    }),
  ],
  'names another model now and then': [
    'a text has the same vector alone and among others',
    (model) => {
      let calls = 0
      return {
        async embed(texts, options) {
          const result = await model.embed(texts, options)
          return { ...result, model: ++calls % 6 === 0 ? 'another' : result.model }
        },
      }
    },
  ],
  'counts tokens as texts': [
    'a text has the same vector alone and among others',
    (model) => ({
      async embed(texts, options): Promise<EmbeddingResult> {
        const result = await model.embed(texts, options)
        return { ...result, usage: { inputTokens: Number.NaN, outputTokens: 0 } }
      },
    }),
  ],
  'says that a text was cut that is not there': [
    'a text has the same vector alone and among others',
    (model) => ({
      async embed(texts, options) {
        return { ...(await model.embed(texts, options)), truncated: [texts.length] }
      },
    }),
  ],
  'says that every text was cut': [
    'a long text is read completely, reported as truncated, or refused',
    (model) => ({
      async embed(texts, options) {
        return { ...(await model.embed(texts, options)), truncated: texts.map((_, index) => index) }
      },
    }),
  ],
  'fails when a batch is full': [
    'a call has both its signal and its time-out',
    (model) => ({
      embed(texts, options) {
        if (texts.length > 99) throw new RangeError('too many')
        return model.embed(texts, options)
      },
    }),
  ],
  'gives all callers the vectors of the first': [
    'a text has the same vector alone and among others',
    (model) => {
      let under: Promise<EmbeddingResult> | undefined
      return {
        embed(...call) {
          under ??= model.embed(...call).finally(() => {
            under = undefined
          })
          return under
        },
      }
    },
  ],
  'never ends for an empty list': [
    'an empty list of texts returns no vectors',
    (model) => ({
      embed: (texts, options) => (texts.length === 0 ? new Promise(() => undefined) : model.embed(texts, options)),
    }),
  ],
  'has a dimension that grows': [
    'all vectors have the declared length',
    (model) => {
      let calls = 0
      return Object.defineProperty(
        {
          embed: (...call: Parameters<EmbeddingServing['embed']>) => {
            calls++
            return model.embed(...call)
          },
        },
        'dimensions',
        { enumerable: true, get: () => (model.dimensions ?? 0) + calls },
      )
    },
  ],
  'leaves a setting in the environment': [
    'calls leave nothing behind',
    (model) => ({
      embed(texts, options) {
        process.env.SMALL_MODEL_CALLED = 'yes'
        return model.embed(texts, options)
      },
    }),
  ],
}
