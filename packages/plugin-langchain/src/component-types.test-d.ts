import { FakeListChatModel, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import { defineConfig, env, type LLMServing, pipeline } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type {} from './component-types.js'
import { fromLangChain, fromLangChainEmbeddings, toLangChainChatModel } from './index.js'
import type { SplitLines } from './split.js'

const rows = pipeline('types').from([{ id: 1, text: 'a' }])
const splitter = new RecursiveCharacterTextSplitter()

test('pieces take the place of the text, or a column of their own', () => {
  expectTypeOf(rows.step('langchain.split', { input: 'text', splitter }).row).toEqualTypeOf<{
    id: number
    text: string
  }>()
  const named = rows.step('langchain.split', {
    input: 'text',
    output: 'piece',
    lines: 'where',
    options: { chunkSize: 9 },
  })
  expectTypeOf(named.row).toEqualTypeOf<{ id: number; text: string; piece: string; where: SplitLines }>()
  // @ts-expect-error a column that is not there
  rows.step('langchain.split', { input: 'texts', splitter })
})

test('documents are text and metadata', () => {
  const from = '@langchain/classic/document_loaders/fs/text'
  const read = pipeline('types').read('langchain.load', { from, export: 'TextLoader', arguments: ['a.txt'] })
  expectTypeOf(read.row).toEqualTypeOf<{ text: string; metadata: Record<string, unknown> }>()
  // @ts-expect-error neither a loader nor a class
  pipeline('types').read('langchain.load', { from })
})

test('a serving of ours gives data of the type of their schema', async () => {
  const model = await toLangChainChatModel({} as LLMServing)
  const held = model.withStructuredOutput(z.object({ stars: z.number() }))
  expectTypeOf(await held.invoke('a')).toEqualTypeOf<{ stars: number }>()
})

test("models of LangChain's and of its partners' packages fit", () => {
  fromLangChain(new ChatOpenAI({ model: 'gpt-5-mini' }))
  fromLangChainEmbeddings(new OpenAIEmbeddings())
  defineConfig({
    servings: {
      default: { use: 'langchain.chat', model: new FakeListChatModel({ responses: [] }), retries: 2 },
      named: {
        use: 'langchain.chat',
        from: '@langchain/openai',
        export: 'ChatOpenAI',
        options: { apiKey: env('KEY') },
      },
      embedder: { use: 'langchain.embeddings', model: new SyntheticEmbeddings({ vectorSize: 2 }) },
    },
  })
  // @ts-expect-error an embedding model is no chat model
  fromLangChain(new OpenAIEmbeddings())
})
