import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  defineConfig,
  definePlugin,
  defineServing,
  EnhancedEmbeddingServing,
  EnhancedLLMServing,
  env,
  type LLMServing,
  pipeline,
  prompt,
  type ServingDefinition,
  servingError,
} from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { failedCases } from '../__fixtures__/failed-cases.js'
import { smallModel } from '../__fixtures__/small-model.js'
import { llmServingSuite } from '../conformance/llm-serving-suite.js'
import { scriptedEmbeddings } from '../scripted/scripted-embeddings.js'
import { scriptedRerank } from '../scripted/scripted-rerank.js'
import { questionOf, scriptedServing } from '../scripted/scripted-serving.js'
import { scriptedTranscription } from '../scripted/scripted-transcription.js'
import { cassette } from './cassette.js'

let folder = ''
let count = 0
const fresh = () => join(folder, `${++count}.cassette.jsonl`)
const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }], temperature: 0 })
const never = (): never => {
  expect.unreachable('the real serving is made')
}
const lines = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-cassette-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
// The mode `auto` must not hang on where these tests run.
beforeEach(() => void vi.stubEnv('CI', ''))
afterEach(() => void vi.unstubAllEnvs())

describe('a recording', () => {
  test('is replayed the same to the last bit, without the real serving', async () => {
    const path = fresh()
    const odd = {
      text: 'é 你好 👩🏽‍🚀 \uD83D "',
      object: { $vector: 'no vector', list: [-0, 1e-7, 0.1 + 0.2], z: 1, a: 2 },
      logprobs: [{ token: 'a', logprob: Number.NEGATIVE_INFINITY, top: [] }],
    }
    const real = cassette({ path, mode: 'record' }).serving(() => scriptedServing([odd, 'second', 'third']), 'chat')
    const recorded = [await real.generate(ask('a')), await real.generate(ask('a')), await real.generate(ask('b'))]
    const replay = cassette({ path, mode: 'replay' }).serving<LLMServing>(never, 'chat')
    const replayed = [await replay.generate(ask('a')), await replay.generate(ask('a')), await replay.generate(ask('b'))]
    expect(replayed).toStrictEqual(recorded)
    expect(replayed[0]).toHaveProperty(['object', 'list', 0], -0)
    expect(replayed.map((result) => JSON.stringify(result))).toEqual(recorded.map((result) => JSON.stringify(result)))
    const { dispose: _, generate: __, ...told } = replay
    expect(told).toEqual({
      kind: 'llm',
      name: 'scripted',
      provider: 'scripted',
      model: 'scripted',
      capabilities: { jsonSchema: true, images: true, audio: true },
    })
  })

  test('vectors, scores and transcripts too', async () => {
    const path = fresh()
    const audio = { data: Uint8Array.of(1, 2, 3), mediaType: 'audio/wav' }
    const tape = cassette({ path, mode: 'record' })
    const embeddings = tape.serving(scriptedEmbeddings({ dimensions: 100, maxWords: 2, batchSize: 7 }), 'embeddings')
    const rerank = tape.serving(scriptedRerank(), 'rerank')
    const speech = tape.serving(scriptedTranscription(['hello']), 'speech')
    const texts = ['a red fox', '', '猫']
    const recorded = [
      await embeddings.embed(texts),
      await rerank.rerank('fox', texts),
      await speech.transcribe(audio, { language: 'en' }),
    ]
    const replay = cassette({ path, mode: 'replay' })
    const replayedEmbeddings = replay.serving<typeof embeddings>(never, 'embeddings')
    expect([
      await replayedEmbeddings.embed(texts),
      await replay.serving<typeof rerank>(never, 'rerank').rerank('fox', texts),
      await replay.serving<typeof speech>(never, 'speech').transcribe(audio, { language: 'en' }),
    ]).toStrictEqual(recorded)
    expect(replayedEmbeddings).toMatchObject({ dimensions: 100, batchSize: 7 })
    // Of media, the hash.
    expect(await readFile(path, 'utf8')).toContain('{"data":{"bytes":3,"sha256":"039058c6f2c0cb49')
  })

  test('is the same file whatever the order of the calls, and each of many calls at once is in it', async () => {
    const orders = [1, -1].map((step) => Array.from({ length: 50 }, (_, index) => (step === 1 ? index : 49 - index)))
    const files = await Promise.all(
      orders.map(async (order) => {
        const path = fresh()
        const real = cassette({ path, mode: 'record' }).serving(scriptedServing((asked) => `to ${questionOf(asked)}`))
        await Promise.all(order.map((index) => real.generate(ask(`question ${index}`))))
        return readFile(path, 'utf8')
      }),
    )
    expect(files[1]).toBe(files[0])
    expect(files[0]?.trimEnd().split('\n')).toHaveLength(52)
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  test('several answers to one request come in their order, and no more of them than there were', async () => {
    const path = fresh()
    const words = Array.from({ length: 12 }, (_, index) => `answer ${index}`)
    const real = cassette({ path, mode: 'record' }).serving(scriptedServing(words))
    await Promise.all(words.map(() => real.generate(ask('a'))))
    const replay = cassette({ path, mode: 'replay' }).serving<LLMServing>(never)
    const results = await Promise.all(words.map(() => replay.generate(ask('a'))))
    expect(results.map(({ text }) => text)).toEqual(words)
    await expect(replay.generate(ask('a'))).rejects.toMatchObject({
      code: 'MAESTRO_TESTKIT_CASSETTE_PLAYED',
      details: { times: 12 },
    })
  })

  test('typed errors are replayed as they were; those of any other kind as failures', async () => {
    const path = fresh()
    const limited = servingError('x', { status: 429, reason: 'slow down', rateLimits: { retryAfterMs: 3 } })
    const script = () => scriptedServing([limited, 'fine', new TypeError('socket hang up')])
    const real = cassette({ path, mode: 'record' }).serving(script())
    for (const question of ['a', 'a', 'b']) await real.generate(ask(question)).catch(() => undefined)
    const replay = cassette({ path, mode: 'replay' }).serving<LLMServing>(never)
    const error = await replay.generate(ask('a')).catch((thrown) => thrown)
    expect(error.toJSON()).toEqual(limited.toJSON())
    await expect(replay.generate(ask('b'))).rejects.toMatchObject({ code: 'MAESTRO_SERVING_FAILED' })
    // The plane tries again, as it did.
    const plane = new EnhancedLLMServing(cassette({ path, mode: 'replay' }).serving<LLMServing>(never))
    expect(await plane.generate(ask('a'))).toMatchObject({ text: 'fine' })
  })

  test('a call that was stopped is not recorded, and a replayed one stops too', async () => {
    const path = fresh()
    const real = cassette({ path, mode: 'record' }).serving(() => smallModel())
    const stop = new AbortController()
    const stopped = real.generate(ask('Tell me a story'), { signal: stop.signal })
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    const { text } = await real.generate(ask('Tell me a story'))
    expect(await lines(path)).toHaveLength(3)
    const replay = cassette({ path, mode: 'replay' }).serving<LLMServing>(never)
    const aborted = replay.generate(ask('Tell me a story'), { signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect((await replay.generate(ask('Tell me a story'))).text).toBe(text)
  })

  test('a conformance suite that is recorded passes when it is replayed', async () => {
    const path = fresh()
    const reason = 'a replay takes no time'
    const skip = { 'a call ends when its time is over': reason, 'a call has both its signal and its time-out': reason }
    const recorder = cassette({ path, mode: 'record' })
    expect(await failedCases(llmServingSuite(() => recorder.serving(() => smallModel()), { skip }))).toEqual([])
    const player = cassette({ path, mode: 'replay' })
    expect(await failedCases(llmServingSuite(() => player.serving<LLMServing>(never), { skip }))).toEqual([])
  })
})

describe('a call that is not recorded', () => {
  const recorded = async (mode: 'record' | 'auto' = 'record') => {
    const path = fresh()
    const real = cassette({ path, mode }).serving(scriptedServing((asked) => `to ${questionOf(asked)}`))
    for (const content of ['Summarize: the soup was cold', 'Summarize: the fox sleeps', 'Translate: hello'])
      await real.generate({ ...ask(content), maxTokens: 10 })
    return path
  }

  test('fails, and shows the nearest one that is and what differs', async () => {
    const replay = cassette({ path: await recorded(), mode: 'replay' }).serving<LLMServing>(never)
    const call = replay.generate({ ...ask('Summarize: the fox sings'), maxTokens: 12, seed: 3 })
    await expect(call).rejects.toMatchObject({
      code: 'MAESTRO_TESTKIT_CASSETTE_UNRECORDED',
      details: {
        differences: [
          'maxTokens: recorded 10, asked 12',
          'messages.0.content: recorded "Summarize: the fox sleeps", asked "Summarize: the fox sings"',
          'seed: not recorded, asked 3',
        ],
      },
      hint: expect.stringContaining("mode: 'record'"),
    })
  })

  test('shows the piece of a long text that differs', async () => {
    const path = fresh()
    const long = (end: string) => ask(`${'The fox went on. '.repeat(50)}It ${end} at home. ${'So it was. '.repeat(50)}`)
    await cassette({ path, mode: 'record' })
      .serving(scriptedServing(['x']))
      .generate(long('slept'))
    const call = cassette({ path, mode: 'replay' }).serving<LLMServing>(never).generate(long('sang'))
    await expect(call).rejects.toMatchObject({
      details: {
        differences: [
          expect.stringMatching(
            /^messages\.0\.content: recorded ….{0,25}It slept at.{0,60}…, asked ….{0,25}It sang at.{0,60}…$/,
          ),
        ],
      },
    })
  })

  test('fails also when nothing is like it', async () => {
    const path = fresh()
    await cassette({ path, mode: 'record' })
      .serving(scriptedServing(['x']))
      .generate(ask('a'))
    await writeFile(path, (await lines(path)).slice(0, 2).join('\n'))
    const call = cassette({ path, mode: 'replay' }).serving<LLMServing>(never).generate(ask('b'))
    await expect(call).rejects.toMatchObject({
      code: 'MAESTRO_TESTKIT_CASSETTE_UNRECORDED',
      message: expect.stringContaining('Nothing similar was recorded.'),
    })
  })

  test('is made and added in the mode auto, and the others are not', async () => {
    const path = await recorded()
    const before = await lines(path)
    const real = scriptedServing(['added'])
    const serving = cassette({ path }).serving(() => real)
    expect(await serving.generate({ ...ask('Translate: hello'), maxTokens: 10 })).toMatchObject({
      text: 'to Translate: hello',
    })
    expect(real.requests).toEqual([])
    expect(await serving.generate(ask('new'))).toMatchObject({ text: 'added' })
    const after = await lines(path)
    expect(after).toHaveLength(before.length + 1)
    expect(after).toEqual(expect.arrayContaining(before))
  })

  test('fails in the mode auto where CI is set', async () => {
    const path = await recorded()
    vi.stubEnv('CI', 'true')
    const serving = cassette({ path }).serving<LLMServing>(never)
    await expect(serving.generate(ask('new'))).rejects.toMatchObject({ code: 'MAESTRO_TESTKIT_CASSETTE_UNRECORDED' })
  })

  test('is left out when the cassette is recorded anew', async () => {
    const path = await recorded()
    await cassette({ path, mode: 'record' })
      .serving(scriptedServing(['only']))
      .generate(ask('only one'))
    expect(await lines(path)).toHaveLength(3)
  })
})

describe('a cassette that cannot be used', () => {
  test('is not there, or holds nothing of the serving', async () => {
    const path = fresh()
    expect(() => cassette({ path, mode: 'replay' }).serving(never)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_TESTKIT_CASSETTE_MISSING' }),
    )
    await cassette({ path, mode: 'record' })
      .serving(scriptedServing(['x']), 'writer')
      .generate(ask('a'))
    expect(() => cassette({ path, mode: 'replay' }).serving(never, 'writter')).toThrow(
      expect.objectContaining({
        code: 'MAESTRO_TESTKIT_CASSETTE_SERVING',
        hint: 'Did you mean "writer"? Recorded: writer. Record it again.',
      }),
    )
  })

  test.each([
    ['{"cassette":1}\n{"call":"x","request":{', 2, 'JSON'],
    ['{"cassette":7}', 1, 'it has version 7, but this package reads version 1'],
    ['{"cassette":1}\n\n{"call":"x","request":{},"turn":0,"result":{}}', 3, 'it is not a line of a cassette'],
    ['null', 1, 'it is not a line of a cassette'],
  ])('is broken: %s', async (text, line, reason) => {
    const path = fresh()
    await writeFile(path, text)
    expect(() => cassette({ path }).serving(never)).toThrow(
      expect.objectContaining({
        code: 'MAESTRO_TESTKIT_CASSETTE_BROKEN',
        details: { path, line, reason: expect.stringContaining(reason) },
      }),
    )
  })

  test('cannot be written, and the earlier content stays', async () => {
    const path = join(folder, 'folder.cassette.jsonl')
    await mkdir(path)
    const call = cassette({ path, mode: 'record' })
      .serving(scriptedServing(['x']))
      .generate(ask('a'))
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_TESTKIT_CASSETTE_WRITE' })
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([])
  })
})

test('secrets do not go into the file: given ones, those of the environment, and keys by their form', async () => {
  const path = fresh()
  vi.stubEnv('ACME_API_KEY', 'environment-secret')
  const secrets = ['secret-of-mine', 'secret-of-mine-and-more']
  const error = servingError('x', { status: 401, reason: 'the key secret-of-mine-and-more is wrong' })
  const script = [
    'I know environment-secret',
    error,
    'Authorization: Bearer abcdefgh12345678',
    { object: { token: 'a word' } },
  ]
  const options = { path, secrets }
  const real = cassette({ ...options, mode: 'record' }).serving(scriptedServing(script), 'chat')
  const asked = ['my secret-of-mine', 'b', `the key ${['sk', ...new Array(5).fill('test')].join('-')} in a text`, 'd']
  for (const question of asked) await real.generate(ask(question)).catch(() => undefined)
  const text = await readFile(path, 'utf8')
  for (const secret of ['secret-of-mine', 'environment-secret', 'test-test', 'abcdefgh', 'and-more'])
    expect(text).not.toContain(secret)
  expect(text).toContain('a word')
  // It is found again all the same.
  const replay = cassette({ ...options, mode: 'replay' }).serving<LLMServing>(never, 'chat')
  expect(await replay.generate(ask('my secret-of-mine'))).toMatchObject({ text: 'I know [redacted]' })
  expect(await replay.generate(ask(asked[2] ?? ''))).toMatchObject({ text: 'Authorization: Bearer [redacted]' })
})

describe('a whole project on a cassette', () => {
  const made: unknown[] = []
  const acme = definePlugin({
    name: 'acme',
    manifest: { apiVersion: 1, contributes: { servings: { 'acme.chat': 'Chat' } } },
    apply: (hooks) =>
      hooks.servings.tap('acme', (registry) => {
        registry.add(
          defineServing({
            name: 'acme.chat',
            kind: 'llm',
            options: z.strictObject({ model: z.string(), apiKey: z.string() }),
            capabilities: () => ({ jsonSchema: true, images: false, audio: false }),
            create(options) {
              made.push(options)
              const identity = { model: options.model }
              return scriptedServing((asked) => `${options.model} says ${questionOf(asked)}`, {
                name: 'acme',
                identity,
              })
            },
          }) as ServingDefinition,
        )
      }),
  })
  const rows = pipeline('p')
    .from([{ text: 'a' }, { text: 'b' }, { text: 'a' }])
    .step('ai.generate', { prompt: prompt('Say {{text}}'), output: 'said' })

  const run = async (path: string, model: string, mode?: 'record' | 'replay') => {
    const config = defineConfig({
      plugins: [ai, acme, cassette({ path, ...(mode === undefined ? {} : { mode }) }).plugin],
      servings: { default: { use: 'acme.chat', model, apiKey: env('ACME_KEY') } },
      cache: { use: 'memory' },
    })
    const project = maestro({ ...config, directory: folder, logLevel: 'silent' })
    try {
      return (await Array.fromAsync(project.rows(rows))).map(({ said }) => said)
    } finally {
      await project.dispose()
    }
  }

  test('is recorded by a plugin, and replayed without a key', async () => {
    const path = fresh()
    vi.stubEnv('ACME_KEY', 'the-key-of-acme')
    const said = await run(path, 'm', 'record')
    expect(said).toEqual(['m says Say a', 'm says Say b', 'm says Say a'])
    expect(made).toEqual([{ model: 'm', apiKey: 'the-key-of-acme' }])
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain('the-key-of-acme')
    // Equal questions of a run are asked once.
    expect(text.trimEnd().split('\n')).toHaveLength(4)
    vi.unstubAllEnvs()
    expect(await run(path, 'm', 'replay')).toEqual(said)
    expect(made).toHaveLength(1)
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  test('stops the run at a call that is not recorded, whatever becomes of other rows', async () => {
    const path = fresh()
    vi.stubEnv('ACME_KEY', 'the-key-of-acme')
    await run(path, 'm', 'record')
    await writeFile(path, (await lines(path)).filter((line) => !line.includes('Say b')).join('\n'))
    await expect(run(path, 'm', 'replay')).rejects.toMatchObject({ code: 'MAESTRO_TESTKIT_CASSETTE_UNRECORDED' })
  })

  test('says so when the config is another one, and records that anew in the mode auto', async () => {
    const path = fresh()
    vi.stubEnv('ACME_KEY', 'the-key-of-acme')
    await run(path, 'm', 'record')
    await expect(run(path, 'large', 'replay')).rejects.toMatchObject({
      message: expect.stringContaining('config.model: recorded "m", asked "large"'),
    })
    vi.stubEnv('CI', '')
    expect(await run(path, 'large')).toEqual(['large says Say a', 'large says Say b', 'large says Say a'])
    expect(await readFile(path, 'utf8')).not.toContain('m says')
  })
})

test('the plane embeds from a cassette text by text', async () => {
  const path = fresh()
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
  const recorder = cassette({ path, mode: 'record' }).serving(scriptedEmbeddings({ batchSize: 6 }))
  const recorded = await new EnhancedEmbeddingServing(recorder).embed(texts)
  const player = cassette({ path, mode: 'replay' }).serving<typeof recorder>(never)
  expect((await new EnhancedEmbeddingServing(player).embed(texts)).vectors).toEqual(recorded.vectors)
})
