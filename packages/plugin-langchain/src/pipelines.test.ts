import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JSONLoader } from '@langchain/classic/document_loaders/fs/json'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { CharacterTextSplitter, RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import { defineOperator, definePlugin, env, pipeline, type RejectEvent, SERVINGS } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import langchain from './index.js'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-langchain-'))
  await writeFile(join(directory, 'tea.txt'), 'Tea is a leaf.\n\nCoffee is a bean.')
  await writeFile(join(directory, 'list.json'), '{"texts": ["one", "two", "three"]}')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const plain = { plugins: [langchain] }
const text = 'Tea is a leaf.\n\nCoffee is a bean.\n\nMilk is milk.'

describe('langchain.split', () => {
  const rows = pipeline('split').from([{ id: 'a', text, lang: 'en' }], { key: 'id' })

  test('a row for each piece; other columns stay, and ids say which piece of which row', async () => {
    const splitter = new CharacterTextSplitter({ separator: '\n\n', chunkSize: 20, chunkOverlap: 0 })
    const split = rows.step('langchain.split', { input: 'text', output: 'piece', lines: 'lines', splitter })
    const shown = await Array.fromAsync(maestro(plain).rows(split))
    expect(shown.map(({ piece, lang, lines }) => ({ piece, lang, lines }))).toEqual([
      { piece: 'Tea is a leaf.', lang: 'en', lines: { from: 1, to: 1 } },
      { piece: 'Coffee is a bean.', lang: 'en', lines: { from: 3, to: 3 } },
      { piece: 'Milk is milk.', lang: 'en', lines: { from: 5, to: 5 } },
    ])
    expect(shown[0]?.text).toBe(text)
    const { steps } = await maestro(plain).preview(split)
    expect(steps.at(-1)?.rows.map(({ id }) => id)).toEqual([0, 1, 2].map((k) => `a/1-langchain.split/${k}`))
  })

  test('as data: the recursive one is used when none is named', async () => {
    const split = rows.step('langchain.split', { input: 'text', options: { chunkSize: 18, chunkOverlap: 0 } })
    const pieces = (await Array.fromAsync(maestro(plain).rows(split))).map((row) => row.text)
    const own = new RecursiveCharacterTextSplitter({ chunkSize: 18, chunkOverlap: 0 })
    expect(pieces).toEqual(await own.splitText(text))
    expect(pieces.length).toBeGreaterThan(2)
  })

  test('a text without pieces gives no row, and a value that is not a text is rejected', async () => {
    const rejects: RejectEvent[] = []
    const watching = definePlugin({
      name: 'watching',
      manifest: { apiVersion: 1, startup: true },
      observe: (hooks) => hooks.rowRejected((event) => void rejects.push(event)),
    })
    const odd = pipeline('odd').from([{ text: '' }, { text: null as unknown as string }, { text: 'a' }, { text: 'bc' }])
    const project = maestro({ plugins: [langchain, watching] })
    const options = { chunkSize: 1, chunkOverlap: 0 }
    const pieces = await Array.fromAsync(project.rows(odd.step('langchain.split', { input: 'text', options })))
    expect(pieces.map((row) => row.text)).toEqual(['a', 'b', 'c'])
    expect(rejects).toMatchObject([
      {
        row: { text: null },
        error: { code: 'MAESTRO_LANGCHAIN_NOT_TEXT', details: { column: 'text', found: 'null' } },
      },
    ])
  })

  test('an object that is not a splitter is refused', async () => {
    const split = rows.step('langchain.split', {
      input: 'text',
      from: '@langchain/core/utils/testing',
      export: 'SyntheticEmbeddings',
      options: { vectorSize: 1 },
    })
    await expect(Array.fromAsync(maestro(plain).rows(split))).rejects.toThrow('a text splitter')
  })
})

describe('langchain.load', () => {
  test('a loader given in code', async () => {
    const loader = new JSONLoader(join(directory, 'list.json'), '/texts')
    const loaded = await Array.fromAsync(maestro(plain).rows(pipeline('load').read('langchain.load', { loader })))
    expect(loaded.map((row) => row.text)).toEqual(['one', 'two', 'three'])
    expect(loaded[1]?.metadata).toMatchObject({ line: 2 })
  })

  test('as data', async () => {
    const load = pipeline('load').read('langchain.load', {
      from: '@langchain/classic/document_loaders/fs/text',
      export: 'TextLoader',
      arguments: [join(directory, 'tea.txt')],
    })
    const [row] = await Array.fromAsync(maestro(plain).rows(load))
    expect(row?.text).toContain('Coffee')
  })

  test('a file that is not there, and a class that loads nothing', async () => {
    const from = '@langchain/classic/document_loaders/fs/text'
    const missing = pipeline('load').read('langchain.load', { from, export: 'TextLoader', arguments: ['nothing.txt'] })
    await expect(Array.fromAsync(maestro(plain).rows(missing))).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_LOADER',
    })
    const wrong = pipeline('load').read('langchain.load', {
      from: '@langchain/textsplitters',
      export: 'TokenTextSplitter',
    })
    await expect(Array.fromAsync(maestro(plain).rows(wrong))).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_WRONG_KIND',
    })
  })
})

describe('servings', () => {
  const askOperator = defineOperator({
    name: 'test.ask',
    kind: 'map',
    options: z.strictObject({}),
    inject: [SERVINGS],
    servings: () => [{ kind: 'llm', name: 'default' }],
    create: (_, [servings]) => {
      const model = servings.get('default', 'llm')
      return async (row, context) => {
        const messages = [{ role: 'user' as const, content: String(row.text) }]
        return { ...row, answer: (await model.generate({ messages }, context)).text }
      }
    },
  })
  const asking = definePlugin({
    name: 'asking',
    manifest: { apiVersion: 1, contributes: { operators: { 'test.ask': 'Asks' } } },
    operators: [askOperator],
  })
  const plugins = [langchain, asking]
  const asked = pipeline('ask')
    .from([{ text: 'a' }, { text: 'b' }])
    .step('test.ask' as never, {} as never)
  const from = '@langchain/core/utils/testing'

  test.each([
    ['given in code', { use: 'langchain.chat', model: new FakeListChatModel({ responses: ['yes'] }) }],
    ['named', { use: 'langchain.chat', from, export: 'FakeListChatModel', options: { responses: ['yes'] } }],
  ])('a model %s answers for a pipeline', async (_, serving) => {
    const project = maestro({ plugins, servings: { default: serving } })
    const answered = await Array.fromAsync(project.rows(asked))
    expect(answered).toMatchObject([{ answer: 'yes' }, { answer: 'yes' }])
    await project.dispose()
  })

  test('a secret of the environment reaches the model and no error', async () => {
    vi.stubEnv('LANGCHAIN_TEST_KEY', 'not to be shown')
    const options = { responses: [], apiKey: env('LANGCHAIN_TEST_KEY'), chunkSize: 1, chunkOverlap: 2 }
    const serving = {
      use: 'langchain.chat',
      from: '@langchain/textsplitters',
      export: 'CharacterTextSplitter',
      options,
    }
    const project = maestro({ plugins, servings: { default: serving } })
    const failed = await Array.fromAsync(project.rows(asked)).catch((error: unknown) => error)
    expect(failed).toMatchObject({ message: expect.stringContaining('CharacterTextSplitter') })
    expect(JSON.stringify(failed)).not.toContain('not to be shown')
    vi.unstubAllEnvs()
  })

  test('a class without its package is a fault of the config', async () => {
    const project = maestro({ plugins, servings: { default: { use: 'langchain.chat', export: 'ChatOpenAI' } } })
    await expect(Array.fromAsync(project.rows(asked))).rejects.toThrow('`servings.default.from` is missing')
  })
})
