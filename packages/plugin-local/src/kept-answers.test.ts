import { EnhancedEmbeddingServing, EnhancedLLMServing, type Logger, ServingPlane } from '@maestro-dataflow/core'
import { createMemoryCache } from '@maestro-dataflow/core/runtime'
import { afterAll, expect, test, vi } from 'vitest'
import { LocalChatServing } from './chat-serving.js'
import { LocalEmbeddingServing } from './embedding-serving.js'
import { ModelCache } from './model-cache.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const models = new ModelCache()
afterAll(() => models.dispose())

test('an answer of the chat model is kept for another serving that would give the same, and for no other', async () => {
  const plane = new ServingPlane({ cache: createMemoryCache() })
  const options = { model: 'smollm2-135m-instruct', threads: 1, contextTokens: 512, maxTokens: 4, directory: '.' }
  const ask = async (changed: Partial<typeof options> = {}) => {
    const serving = new LocalChatServing({ ...options, ...changed }, silent, models)
    const generate = vi.spyOn(serving, 'generate')
    const request = { messages: [{ role: 'user' as const, content: 'Name a colour.' }] }
    const { text } = await new EnhancedLLMServing(serving, { plane }).generate(request, { keepCutOff: true })
    await serving.dispose()
    return { text, calls: generate.mock.calls.length }
  }
  const first = await ask()
  expect(first.calls).toBe(1)
  expect(await ask({ threads: 2 })).toEqual({ text: first.text, calls: 0 })
  expect(await ask({ maxTokens: 2 })).toMatchObject({ calls: 1 })
})

test('vectors are kept text by text; other settings give other vectors', async () => {
  const plane = new ServingPlane({ cache: createMemoryCache() })
  const embed = async (texts: readonly string[], normalize = true) => {
    const serving = new LocalEmbeddingServing({ directory: '.', normalize }, silent, models)
    const embed = vi.spyOn(serving, 'embed')
    const { vectors, cost } = await new EnhancedEmbeddingServing(serving, { plane }).embed(texts)
    return { vectors, cost, asked: embed.mock.calls.flatMap(([texts]) => texts) }
  }
  const first = await embed(['one', 'two'])
  expect(first).toMatchObject({ cost: 0, asked: ['one', 'two'] })
  const again = await embed(['three', 'two', 'one'])
  expect(again.asked).toEqual(['three'])
  expect(again.vectors.slice(1)).toEqual([first.vectors[1], first.vectors[0]])
  expect((await embed(['one'], false)).asked).toEqual(['one'])
})
