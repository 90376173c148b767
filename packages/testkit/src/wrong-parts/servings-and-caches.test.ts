import {
  definePlugin,
  defineServing,
  type EmbeddingServing,
  type LLMRequest,
  type LLMResult,
  type LLMServing,
  type Plugin,
  PromptTemplate,
  pipeline,
  prompt,
  type ResponseCache,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { scriptedServing } from '../scripted/scripted-serving.js'

const questions = () =>
  pipeline('p')
    .from([{ text: 'fine' }, { text: 'b' }, { text: 'c' }, { text: 'd' }])
    .step('ai.generate' as never, { prompt: prompt('Say {{text}}'), output: 'said' } as never, { id: 'ask' })

const right = { text: 'yes', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }

/** A serving of a plugin that answers the first row as it should, and the others in its own way. */
function serving(answer: () => unknown, hasName = true): Plugin {
  const generate = async ({ messages }: LLMRequest) =>
    JSON.stringify(messages).includes('fine') ? right : (answer() as LLMResult)
  const capabilities = { jsonSchema: false, images: false, audio: false }
  const made = {
    kind: 'llm',
    ...(hasName ? { name: 'acme.chat' } : {}),
    capabilities,
    generate,
  } as unknown as LLMServing
  return definePlugin({
    name: 'acme',
    servings: [defineServing({ name: 'acme.chat', kind: 'llm', options: z.strictObject({}), create: () => made })],
  })
}

async function rejects(plugin: Plugin) {
  const project = maestro({
    plugins: [ai, plugin],
    servings: { default: { use: 'acme.chat' as never } },
    logLevel: 'silent',
    run: { maxRejects: '100%' },
  })
  const { rejects, counts } = await project.runTo(questions(), { write: () => undefined })
  expect(counts).toMatchObject({ rowsIn: 4, rejected: 3, rowsOut: 1 })
  return rejects
}

describe('a serving that', () => {
  test.each<[string, unknown, string, string]>([
    ['answers nothing', undefined, 'MAESTRO_SERVING_CONTRACT', 'acme.chat returned nothing instead of an answer.'],
    ['answers null', null, 'MAESTRO_SERVING_CONTRACT', 'acme.chat returned null instead of an answer.'],
    [
      'answers with a text',
      'yes',
      'MAESTRO_SERVING_CONTRACT',
      'acme.chat returned the text "yes" instead of an answer.',
    ],
    ['leaves out the text', { ...right, text: undefined }, 'MAESTRO_SERVING_CONTRACT', 'whose text is nothing'],
    ['gives a number as the text', { ...right, text: 5 }, 'MAESTRO_SERVING_CONTRACT', 'whose text is number 5'],
    ['gives a list as the text', { ...right, text: ['yes'] }, 'MAESTRO_SERVING_CONTRACT', 'whose text is a list of 1'],
    [
      'leaves out the finish reason',
      { ...right, finishReason: undefined },
      'MAESTRO_SERVING_CONTRACT',
      'without a finish reason',
    ],
    ['ends for a reason of its own', { ...right, finishReason: 'tired' }, 'MAESTRO_SERVING_UNFINISHED', '"tired"'],
  ])('%s has its rows rejected with the reason, and is asked once for each', async (_fault, answer, code, message) => {
    let calls = 0
    const found = await rejects(serving(() => (calls++, answer)))
    expect(found).toMatchObject([{ step: 'ask', code, rows: 3, message: expect.stringContaining(message) }])
    expect(calls).toBe(3)
  })

  test('throws a text is named with it', async () => {
    const found = await rejects(
      serving(() => {
        throw 'no power'
      }),
    )
    expect(found).toMatchObject([{ message: 'acme.chat failed: no power' }])
  })

  test('has no name is named as in the config', async () => {
    const found = await rejects(serving(() => null, false))
    expect(found).toMatchObject([{ message: 'default returned null instead of an answer.' }])
  })
})

/** Embeds each text in its own way. */
async function embedded(embed: (texts: readonly string[]) => unknown) {
  const embedder = { kind: 'embedding', name: 'acme.embed', embed: async (texts: readonly string[]) => embed(texts) }
  const project = maestro({
    plugins: [ai],
    servings: { embedder: embedder as unknown as EmbeddingServing },
    logLevel: 'silent',
  })
  const rows: unknown[] = []
  const texts = pipeline('p').from([{ text: 'a' }, { text: 'b' }])
  const steps = texts.step('ai.embed' as never, { input: 'text', output: 'vector' } as never)
  await project.runTo(steps, { write: (batch) => void rows.push(...batch.rows) })
  return rows
}

describe('an embedding serving that', () => {
  const vector = Float32Array.from([1, 2])
  test.each<[string, (texts: readonly string[]) => unknown, string]>([
    ['returns nothing', () => undefined, 'returned nothing instead of vectors'],
    ['returns the vectors alone', () => [vector, vector], 'returned nothing as its vectors'],
    ['returns lists', (texts) => ({ vectors: texts.map(() => [1, 2]) }), 'a list of 2 as a vector'],
    ['returns other numbers', (texts) => ({ vectors: texts.map(() => new Float64Array(2)) }), 'a Float64Array'],
    ['returns NaN', (texts) => ({ vectors: texts.map(() => Float32Array.of(1, Number.NaN)) }), 'not finite'],
  ])('%s fails with the reason', async (_fault, embed, message) => {
    await expect(embedded(embed)).rejects.toMatchObject({ message: expect.stringContaining(message) })
  })

  test('reuses one vector for all texts is asked for each text alone', async () => {
    const shared = new Float32Array(1)
    const rows = await embedded(async (texts) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const embed = (text: string) => {
        shared[0] = text.charCodeAt(0)
        return shared
      }
      return { vectors: texts.map(embed) }
    })
    expect(rows).toMatchObject([{ vector: Float32Array.of(97) }, { vector: Float32Array.of(98) }])
  })

  test('counts no tokens costs no vector', async () => {
    const rows = await embedded((texts) => ({ vectors: texts.map((text) => Float32Array.of(text.charCodeAt(0))) }))
    expect(rows).toEqual([
      { text: 'a', vector: Float32Array.of(97) },
      { text: 'b', vector: Float32Array.of(98) },
    ])
  })
})

describe('a prompt whose messages', () => {
  test.each<[string, unknown, string]>([
    ['are missing', undefined, 'they are nothing instead of a list'],
    ['are a text', 'Say it', 'they are the text "Say it" instead of a list'],
    ['are a promise', Promise.resolve([]), 'they are a Promise instead of a list'],
    ['are an empty list', [], 'there are none'],
    ['hold null', [null], 'message 1 is null'],
    ['hold one without a role', [{ content: 'x' }], 'message 1 has nothing as its role'],
    ['hold one of another role', [{ role: 'boss', content: 'x' }], 'message 1 has the text "boss" as its role'],
    ['hold a number', [{ role: 'user', content: 5 }], 'message 1 has number 5 as its content'],
    ['hold an object', [{ role: 'user', content: { a: 1 } }], 'message 1 has a Object as its content'],
    ['hold an unknown part', [{ role: 'user', content: [{ type: 'smell' }] }], 'neither a text nor a file'],
  ])('%s asks no model and says why', async (_fault, messages, reason) => {
    class Odd extends PromptTemplate<'text'> {
      override messages() {
        return messages as never
      }
    }
    const serving = scriptedServing(() => 'yes')
    const project = maestro({ plugins: [ai], servings: { default: serving }, logLevel: 'silent' })
    const steps = pipeline('p')
      .from([{ text: 'a' }])
      .step('ai.generate' as never, { prompt: new Odd('{{text}}'), output: 'said' } as never)
    const run = project.runTo(steps, { write: () => undefined })
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining(reason) })
    expect(serving.requests).toEqual([])
  })
})

/** A cache of a plugin that fails in one respect. */
function cache(fault: Partial<ResponseCache>): Plugin {
  const stored = new Map<string, unknown>()
  const right = {
    get: async (key: string) => stored.get(key),
    set: async (key: string, answer: unknown) => void stored.set(key, answer),
    delete: async (key: string) => stored.delete(key),
    clear: async () => 0,
    stats: async () => ({ entries: 0, bytes: 0 }),
    dispose: async () => undefined,
  }
  return definePlugin({
    name: 'acme',
    caches: [{ name: 'acme.cache', create: () => ({ ...right, ...fault }) as unknown as ResponseCache }],
  })
}

const fails = () => {
  throw new Error('down')
}

describe('a cache that', () => {
  test.each<[string, Partial<ResponseCache>]>([
    ['cannot read', { get: async () => fails() }],
    ['throws when it reads', { get: fails }],
    ['cannot write', { set: async () => fails() }],
    ['throws when it writes', { set: fails }],
    ['gives a text for an answer', { get: async () => 'yes' as never }],
    ['gives another object for an answer', { get: async () => ({ reply: 'yes' }) as never }],
    ['gives null for no answer', { get: async () => null as never }],
    ['gives an answer without a text', { get: async () => ({ model: 'm', usage: {} }) as never }],
  ])('%s costs no answer: each row is asked once', async (_fault, fault) => {
    const rows: unknown[] = []
    const model = scriptedServing(() => 'yes', { identity: { model: 'm' } })
    const project = maestro({
      plugins: [ai, cache(fault)],
      servings: { default: model },
      cache: { use: 'acme.cache' as never },
      logLevel: 'silent',
    })
    const report = await project.runTo(questions(), { write: (batch) => void rows.push(...batch.rows) })
    expect(rows).toMatchObject([{ said: 'yes' }, { said: 'yes' }, { said: 'yes' }, { said: 'yes' }])
    expect(report.counts.rejected).toBe(0)
    expect(report.usage).toMatchObject({ requests: 4 })
  })
})
