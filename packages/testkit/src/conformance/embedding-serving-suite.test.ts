import { type EmbeddingResult, type EmbeddingServing, EnhancedEmbeddingServing } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, foundBy } from '../__fixtures__/failed-cases.js'
import { slowly } from '../__fixtures__/slowly.js'
import { hurriedEmbeddings } from '../__fixtures__/wrong-parts/hurried/servings-and-stores.js'
import { wrongEmbeddings } from '../__fixtures__/wrong-parts/wrong-embeddings.js'
import { scriptedEmbeddings } from '../scripted/scripted-embeddings.js'
import { describeEmbeddingServing } from '../vitest.js'
import { type EmbeddingServingCase, embeddingServingSuite } from './embedding-serving-suite.js'

const make = () => slowly(scriptedEmbeddings({ dimensions: 48, maxWords: 5000 }), (texts) => texts.length > 150)

describeEmbeddingServing(make, { title: 'scripted embeddings', dimensions: 48 })
describeEmbeddingServing(() => scriptedEmbeddings(), { title: 'scripted embeddings that read all' })
describeEmbeddingServing(() => new EnhancedEmbeddingServing(make()), { title: 'EnhancedEmbeddingServing' })

/** Changes the vectors of each result. */
const vectors =
  (change: (vectors: Float32Array[], texts: readonly string[]) => Float32Array[]) =>
  (model: EmbeddingServing): Partial<EmbeddingServing> => ({
    async embed(texts, options) {
      const result = await model.embed(texts, options)
      return { ...result, vectors: change([...result.vectors], texts) }
    },
  })

const result =
  (change: (result: EmbeddingResult) => Partial<EmbeddingResult>) =>
  (model: EmbeddingServing): Partial<EmbeddingServing> => ({
    async embed(texts, options) {
      const given = await model.embed(texts, options)
      return { ...given, ...change(given) }
    },
  })

const faults: Readonly<
  Record<string, [plant: (model: EmbeddingServing) => Partial<EmbeddingServing>, ...cases: EmbeddingServingCase[]]>
> = {
  'vectors in another order': [
    vectors((given) => given.reverse()),
    'returns one vector for each text, in order',
    'a text has the same vector alone and among others',
    'a full batch is answered in one call',
  ],
  'fewer vectors than texts': [
    vectors((given) => given.slice(0, Math.max(1, given.length - 1))),
    'returns one vector for each text, in order',
    'a full batch is answered in one call',
  ],
  'one vector for equal texts': [
    vectors((given, texts) => given.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)),
    'the same text has the same vector',
  ],
  'a vector for no text': [
    vectors((given) => (given.length === 0 ? [Float32Array.of(1)] : given)),
    'an empty list of texts returns no vectors',
  ],
  'no vectors that are vectors': [
    vectors((given) => given.map((vector) => [...vector] as never)),
    'returns one vector for each text, in order',
  ],
  'vectors of several lengths': [
    vectors((given) => given.map((vector, index) => (index === 1 ? vector.slice(1) : vector))),
    'all vectors have the declared length',
  ],
  'another dimension than it tells': [() => ({ dimensions: 3 }), 'all vectors have the declared length'],
  'numbers that are none': [
    vectors((given, texts) => given.map((vector, at) => (texts[at]?.trim() === '' ? vector.fill(Number.NaN) : vector))),
  ],
  'other vectors each time': [
    (model) => {
      let count = 0
      return vectors((given) => given.map((vector) => vector.map((value) => value + ++count / 100)))(model)
    },
    'the same text has the same vector',
    'concurrent calls each receive their own vectors',
  ],
  'vectors that depend on the batch': [
    vectors((given) => given.map((vector) => vector.map((value) => value / given.length))),
    'a text has the same vector alone and among others',
  ],
  'texts that are mixed up between calls': [
    (model) => {
      let under: readonly string[] | undefined
      return {
        async embed(texts, options) {
          const asked = under?.length === texts.length ? under : texts
          under = texts
          await new Promise((resolve) => setImmediate(resolve))
          under = undefined
          return model.embed(asked, options)
        },
      }
    },
    'concurrent calls each receive their own vectors',
  ],
  'a text that is cut in silence': [
    result(() => ({ truncated: [] })),
    'a long text is read completely, reported as truncated, or refused',
  ],
  'an empty text that breaks it': [
    (model) => ({
      embed(texts, options) {
        if (texts.includes('')) throw new TypeError('no text')
        return model.embed(texts, options)
      },
    }),
    'an empty text has a vector or is refused with a typed error',
  ],
  'half a character that breaks it': [
    (model) => ({
      async embed(texts, options) {
        for (const text of texts) encodeURIComponent(text)
        return model.embed(texts, options)
      },
    }),
    'invalid and unusual characters are accepted',
  ],
  'no usage': [
    result(() => ({ usage: { inputTokens: 0, outputTokens: 0 } })),
    'returns one vector for each text, in order',
  ],
  'a signal and a time-out that are not listened to': [
    (model) => ({ embed: (texts) => model.embed(texts) }),
    'a call with a signal that has fired is not made',
    'a call ends when its signal fires',
    'a call ends when its time is over',
  ],
}

/** Cases that are the same for all kinds of servings; the test of the suite for language models plants their faults. */
const shared: readonly EmbeddingServingCase[] = [
  'says what it is',
  'another model has another identity',
  'shows no secret',
  'a signal stops its own call alone',
  'can be freed twice, and at the same time',
  'can be freed after a call, and then answers anew or says that it cannot',
  'a call that is under way when it is freed ends',
]

describe('the suite for embedding models fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [plant, ...cases]) => {
    const broken = () => {
      const model = make()
      return { ...model, ...plant(model) }
    }
    const failed = await failedCases(embeddingServingSuite(broken, { patience: 500 }))
    expect(failed).not.toEqual([])
    expect(failed).toEqual(expect.arrayContaining(cases))
  })

  test('each of its cases is failed by a planted fault', () => {
    expect(
      casesWithoutFault(embeddingServingSuite(make), {
        ...faults,
        ...foundBy(wrongEmbeddings),
        ...foundBy(hurriedEmbeddings),
      }),
    ).toEqual(shared)
  })
})
