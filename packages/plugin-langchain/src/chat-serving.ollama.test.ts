import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { EnhancedEmbeddingServing, generateObject, type LLMRequest } from '@maestro-dataflow/core'
import { describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { langchainChatOptions, type NamedChatModel } from './chat-serving-options.js'
import { fromLangChainEmbeddings } from './embedding-serving.js'
import { toLangChainChatModel, toLangChainEmbeddings } from './to-langchain.js'

declare module 'vitest' {
  interface ProvidedContext {
    ollama: { readonly url: string; readonly model: string } | undefined
  }
}

const ollama = inject('ollama')
const { url, model } = ollama ?? { url: '', model: '' }
const configuration = { baseURL: `${url}/v1` }
const question: LLMRequest['messages'] = [{ role: 'user', content: 'What is the capital of France?' }]

describe.skipIf(ollama === undefined)('ChatOpenAI on a real server', () => {
  const serving = fromLangChain(new ChatOpenAI({ model, apiKey: 'test', configuration, temperature: 0 }))

  test('answers, counts its tokens, and says when it was cut off', async () => {
    const answer = await serving.generate({ messages: question, maxTokens: 30 })
    expect(answer.text).toContain('Paris')
    expect(answer.finishReason).toBe('stop')
    expect(answer.usage.inputTokens).toBeGreaterThan(5)
    const cut = await serving.generate({ messages: question, maxTokens: 2 })
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 2 } })
  })

  test('is held to a schema', async () => {
    const schema = z.object({ city: z.string(), big: z.boolean() })
    const answer = await generateObject(serving, { messages: question, maxTokens: 60 }, schema)
    expect(Object.keys(answer).sort()).toEqual(['big', 'city'])
  })

  test('named by the config it answers the same', async () => {
    const options = { model, apiKey: 'test', configuration, temperature: 0 }
    const given = { from: '@langchain/openai', export: 'ChatOpenAI', options }
    const named = chatServingOf(langchainChatOptions.parse(given) as NamedChatModel, import.meta.dirname)
    const request = { messages: question, maxTokens: 30, seed: 1 }
    expect((await named.generate(request)).text).toBe((await serving.generate(request)).text)
  })

  test('a model that is not there is not found', async () => {
    const missing = fromLangChain(new ChatOpenAI({ model: 'nothing', apiKey: 'test', configuration }))
    await expect(missing.generate({ messages: question })).rejects.toMatchObject({ code: 'MAESTRO_SERVING_NOT_FOUND' })
  })

  test('there and back: a chain over the serving of a LangChain model', async () => {
    const chain = ChatPromptTemplate.fromTemplate('What is the capital of {country}?')
      .pipe(await toLangChainChatModel(serving))
      .pipe(new StringOutputParser())
    expect(await chain.invoke({ country: 'France' })).toContain('Paris')
  })
})

describe.skipIf(ollama === undefined)('OpenAIEmbeddings on a real server', () => {
  const embeddings = new OpenAIEmbeddings({ model, apiKey: 'test', configuration, encodingFormat: 'float' })
  const serving = new EnhancedEmbeddingServing(fromLangChainEmbeddings(embeddings))

  test('embeds texts in order, as it does in LangChain', async () => {
    const { vectors } = await serving.embed(['tea', 'coffee'])
    const [first = []] = await embeddings.embedDocuments(['tea'])
    expect(vectors).toHaveLength(2)
    expect(vectors[0]).toHaveLength(first.length)
    expect(vectors[0]?.[0]).toBeCloseTo(first[0] ?? Number.NaN, 3)
    expect(await (await toLangChainEmbeddings(serving)).embedQuery('coffee')).toEqual(Array.from(vectors[1] ?? []))
  })
})
