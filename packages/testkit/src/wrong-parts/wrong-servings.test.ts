import { boundedCall, type LLMServing, type RerankServing } from '@maestro-dataflow/core'
import { afterEach, expect, test } from 'vitest'
import { aWhile } from '../__fixtures__/a-while.js'
import { failureOf } from '../__fixtures__/failed-cases.js'
import { slowly } from '../__fixtures__/slowly.js'
import { smallModel } from '../__fixtures__/small-model.js'
import { wrongEmbeddings } from '../__fixtures__/wrong-parts/wrong-embeddings.js'
import { wrongLanguageModelCalls } from '../__fixtures__/wrong-parts/wrong-language-model-calls.js'
import { wrongLanguageModels } from '../__fixtures__/wrong-parts/wrong-language-models.js'
import { wrongRerankers } from '../__fixtures__/wrong-parts/wrong-rerankers.js'
import { embeddingServingSuite } from '../conformance/embedding-serving-suite.js'
import { llmServingSuite } from '../conformance/llm-serving-suite.js'
import { rerankServingSuite } from '../conformance/rerank-serving-suite.js'
import { scriptedEmbeddings } from '../scripted/scripted-embeddings.js'
import { scriptedRerank } from '../scripted/scripted-rerank.js'

afterEach(() => {
  delete process.env.SMALL_MODEL_CALLED
})

/** A right serving with a fault. What the fault computes at each reading stays computed. */
const planting =
  <S extends object>(right: () => S, plant: (serving: S) => Partial<S>) =>
  (): S => {
    const serving = right()
    return Object.defineProperties({ ...serving }, Object.getOwnPropertyDescriptors(plant(serving)))
  }

const settings = { patience: 500, timeout: 1500 }

const models = { ...wrongLanguageModels, ...wrongLanguageModelCalls }

test.each(Object.entries(models))('a language model that %s is found', async (_, [rule, plant]) => {
  const suite = llmServingSuite(planting(smallModel, plant), { ...settings, samples: true })
  expect(await failureOf(suite, rule)).toBeDefined()
})

test('a language model whose identity is that of another model is found', async () => {
  const make = (model: string) => () => smallModel({}, { identity: { url: 'http://127.0.0.1' }, model })
  const rule = 'another model has another identity'
  const suite = (other: () => LLMServing) => llmServingSuite(make('one'), { ...settings, others: [other] })
  expect(await failureOf(suite(make('two')), rule)).toBeUndefined()
  expect(await failureOf(suite(make('one')), rule)).toContain('found in the cache for the other')
})

const embeddings = () => slowly(scriptedEmbeddings({ dimensions: 48, maxWords: 5000 }), ({ length }) => length > 150)

test.each(Object.entries(wrongEmbeddings))('an embedding model that %s is found', async (_, [rule, plant]) => {
  expect(await failureOf(embeddingServingSuite(planting(embeddings, plant), settings), rule)).toBeDefined()
})

/** A right reranker that takes its time for many documents. */
function reranker(): RerankServing {
  const { rerank, name, ...rest } = scriptedRerank()
  return {
    ...rest,
    name,
    rerank: (query, documents, options = {}) =>
      boundedCall({ serving: name, ...options }, async () => {
        if (documents.length > 150) await aWhile()
        return rerank(query, documents)
      }),
  }
}

test.each(Object.entries(wrongRerankers))('a rerank model that %s is found', async (_, [rule, plant]) => {
  expect(await failureOf(rerankServingSuite(planting(reranker, plant), settings), rule)).toBeDefined()
})
