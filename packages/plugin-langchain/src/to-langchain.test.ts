import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { SyntheticEmbeddings } from '@langchain/core/utils/testing'
import {
  type CallOptions,
  type EmbeddingServing,
  EnhancedLLMServing,
  type LLMRequest,
  type LLMServing,
  maestroError,
} from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromLangChainEmbeddings } from './embedding-serving.js'
import { toLangChainChatModel, toLangChainEmbeddings, toLangChainVectorStore } from './to-langchain.js'
import { fromLangChainVectorStore } from './vector-store.js'

/** A serving that says what it was asked. */
function echo(more: Partial<LLMServing> = {}) {
  const requests: LLMRequest[] = []
  const calls: CallOptions[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'test echo',
    provider: 'test',
    model: 'echo',
    identity: {},
    capabilities: { jsonSchema: false, images: true, audio: false },
    async generate(request, options = {}) {
      requests.push(request)
      calls.push(options)
      const text = request.messages.map(({ content }) => (typeof content === 'string' ? content : '...')).join(' ')
      const usage = { inputTokens: 4, outputTokens: 2, cachedInputTokens: 3, reasoningTokens: 1 }
      return { text, finishReason: 'stop', usage, model: 'echo-1' }
    },
    ...more,
  }
  return { serving, requests, calls }
}

/** A dot, as PNG. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('a serving as a chat model', () => {
  test('works in a chain', async () => {
    const model = await toLangChainChatModel(echo().serving)
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'Be brief.'],
      ['human', 'Say {word}!'],
    ])
    const chain = prompt.pipe(model).pipe(new StringOutputParser())
    expect(await chain.invoke({ word: '你好' })).toBe('Be brief. Say 你好!')
    expect(await chain.batch([{ word: 'a' }, { word: 'b' }])).toEqual(['Be brief. Say a!', 'Be brief. Say b!'])
    expect(await Array.fromAsync(await chain.stream({ word: 'c' }))).toEqual(['Be brief. Say c!'])
  })

  test('passes on turns, images, settings, and the signal, and returns the usage of the answer', async () => {
    const { serving, requests, calls } = echo()
    const model = await toLangChainChatModel(serving)
    const stop = new AbortController()
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${dot.toString('base64')}` } }
    const answer = await model.invoke(
      [
        new SystemMessage('Look.'),
        new AIMessage('At what?'),
        new HumanMessage({ content: [{ type: 'text', text: 'This' }, image] }),
      ],
      { temperature: 0.5, maxTokens: 9, stop: ['END'], signal: stop.signal, timeout: 5000 },
    )
    expect(requests[0]).toEqual({
      messages: [
        { role: 'system', content: 'Look.' },
        { role: 'assistant', content: 'At what?' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'This' },
            { type: 'image', data: expect.objectContaining({ length: dot.length }), mediaType: 'image/png' },
          ],
        },
      ],
      temperature: 0.5,
      maxTokens: 9,
      stop: ['END'],
    })
    expect(calls[0]?.signal).toBeInstanceOf(AbortSignal)
    expect(answer.usage_metadata).toEqual({
      input_tokens: 4,
      output_tokens: 2,
      total_tokens: 6,
      input_token_details: { cache_read: 3 },
      output_token_details: { reasoning: 1 },
    })
    expect(answer.response_metadata).toMatchObject({ finish_reason: 'stop', model_name: 'echo-1' })
  })

  test('goes through the serving plane: temporary failures are retried, and identical questions at once are one call', async () => {
    let failures = 1
    const { serving, requests } = echo()
    const shaky: LLMServing = {
      ...serving,
      async generate(request, options) {
        if (failures-- > 0) throw maestroError('MAESTRO_SERVING_SERVER', { serving: 'test', reason: 'Oops' })
        return serving.generate(request, options)
      },
    }
    const model = await toLangChainChatModel(shaky)
    const answers = await model.batch(['a', 'a'])
    expect(answers.map(({ text }) => text)).toEqual(['a', 'a'])
    expect(requests).toHaveLength(1)
  })

  test('a serving that has its plane keeps it, with its limits', async () => {
    const { serving } = echo()
    let [underWay, most] = [0, 0]
    const counting: LLMServing = {
      ...serving,
      async generate(request, options) {
        most = Math.max(most, ++underWay)
        await new Promise((resolve) => setImmediate(resolve))
        underWay--
        return serving.generate(request, options)
      },
    }
    const enhanced = new EnhancedLLMServing(counting, { settings: { limits: { concurrency: 1 } } })
    const model = await toLangChainChatModel(enhanced)
    await model.batch(['a', 'b', 'c'])
    expect(model.serving).toBe(enhanced)
    expect(most).toBe(1)
  })

  test('returns data, and an answer that does not fit the schema first goes back to the model', async () => {
    const replies = ['{"stars": "many"}', 'Here: {"stars": 4}', '{"stars": 5}', '{"stars": 6}']
    const requests: LLMRequest[] = []
    const { serving } = echo({
      async generate(request) {
        requests.push(request)
        const usage = { inputTokens: 1, outputTokens: 1 }
        return { text: replies.shift() ?? '', finishReason: 'stop', usage, model: 'echo' }
      },
    })
    const model = await toLangChainChatModel(serving)
    const schema = z.object({ stars: z.number() })
    expect(await model.withStructuredOutput(schema).invoke('How many?')).toEqual({ stars: 4 })
    expect(requests).toHaveLength(2)
    expect(JSON.stringify(requests[1])).toContain('expected number')
    const raw = await model.withStructuredOutput(schema, { includeRaw: true }).invoke('And now?')
    expect(raw).toMatchObject({ parsed: { stars: 5 }, raw: { content: '{"stars":5}' } })
    const plain = { type: 'object', properties: { stars: { type: 'number' } } }
    expect(await model.withStructuredOutput(plain).invoke('In the end?')).toEqual({ stars: 6 })
  })

  test('tools and their turns are refused', async () => {
    const model = await toLangChainChatModel(echo().serving)
    expect(() => model.bindTools()).toThrow(expect.objectContaining({ code: 'MAESTRO_LANGCHAIN_TOOLS' }))
    const turn = new ToolMessage({ content: '4', tool_call_id: '1' })
    await expect(model.invoke([turn])).rejects.toMatchObject({ code: 'MAESTRO_LANGCHAIN_MESSAGE' })
    const video = new HumanMessage({ content: [{ type: 'video', url: 'https://example.com/a.mp4' }] })
    await expect(model.invoke([video])).rejects.toMatchObject({ code: 'MAESTRO_LANGCHAIN_MESSAGE' })
  })
})

describe('a serving as embeddings', () => {
  test('gives a vector for each text, in as many calls as the serving wants', async () => {
    const calls: (readonly string[])[] = []
    const serving: EmbeddingServing = {
      kind: 'embedding',
      name: 'test lengths',
      batchSize: 1,
      async embed(asked) {
        calls.push(asked)
        const vectors = asked.map((text) => Float32Array.of(text.length, 1))
        return { vectors, usage: { inputTokens: 1, outputTokens: 0 }, model: 'lengths' }
      },
    }
    const embeddings = await toLangChainEmbeddings(serving)
    expect(await embeddings.embedDocuments(['a', 'bb'])).toEqual([
      [1, 1],
      [2, 1],
    ])
    expect(await embeddings.embedQuery('bb')).toEqual([2, 1])
    expect(await embeddings.embedDocuments([])).toEqual([])
    expect(calls).toEqual([['a'], ['bb'], ['bb']])
  })
})

describe('a vector store of ours', () => {
  const embeddings = new SyntheticEmbeddings({ vectorSize: 4 })
  const open = async () => {
    const memory = new MemoryVectorStore(embeddings)
    const store = fromLangChainVectorStore(memory, {
      dimensions: 4,
      filter: (wanted) => (document: Document) =>
        Object.entries(wanted).every(([name, value]) => document.metadata[name] === value),
    })
    return toLangChainVectorStore(store, fromLangChainEmbeddings(embeddings))
  }

  test('takes documents and finds them again, with all their metadata', async () => {
    const store = await open()
    const metadata = { lang: 'en', loc: { lines: { from: 1, to: 2 } }, tags: ['a'] }
    const ids = await store.addDocuments(
      [new Document({ pageContent: 'tea', metadata }), new Document({ id: 'mine', pageContent: 'coffee' })],
      { ids: ['first'] },
    )
    expect(ids).toEqual(['first', 'mine'])
    const [best] = await store.similaritySearchWithScore('tea', 1)
    expect(best).toEqual([new Document({ id: 'first', pageContent: 'tea', metadata }), expect.closeTo(1, 5)])
    expect(await store.similaritySearch('tea', 9, { lang: 'en' })).toHaveLength(1)
    expect((await store.similaritySearch('coffee', 1))[0]?.metadata).toEqual({})
  })

  test('serves a retriever, and passes deletions on', async () => {
    const store = await open()
    await store.addDocuments([new Document({ pageContent: 'tea' })])
    expect((await store.asRetriever(1).invoke('tea'))[0]?.pageContent).toBe('tea')
    await expect(store.delete({ ids: ['x'] })).rejects.toMatchObject({ code: 'MAESTRO_LANGCHAIN_STORE_OPERATION' })
  })
})
