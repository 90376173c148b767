import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers'
import type { Logger } from '@maestro-dataflow/core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { LocalEmbeddingServing } from './embedding-serving.js'
import type { LocalEmbeddingOptions } from './embedding-serving-options.js'
import { ModelCache } from './model-cache.js'
import { pullModel } from './models/known-models.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const cache = new ModelCache()
const serve = (options: LocalEmbeddingOptions = {}, directory = '.', logger = silent) =>
  new LocalEmbeddingServing({ threads: 1, directory, ...options }, logger, cache)
const serving = serve()

let folder = ''
let miniLm = ''
/** A folder with a model as it lies on the hub. */
async function copyModel(name: string, settings: Readonly<Record<string, object>> = {}): Promise<string> {
  const target = join(folder, name)
  await cp(dirname(dirname(miniLm)), target, { recursive: true })
  for (const [file, content] of Object.entries(settings)) {
    await mkdir(dirname(join(target, file)), { recursive: true })
    await writeFile(join(target, file), JSON.stringify(content))
  }
  return target
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-embed-'))
  miniLm = await pullModel('all-MiniLM-L6-v2')
  await pullModel('universal-sentence-encoder')
})
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await cache.dispose()
  await rm(folder, { recursive: true, force: true })
})

const dot = (a: Float32Array | undefined, b: Float32Array | undefined) =>
  a?.reduce((sum, value, at) => sum + value * (b?.[at] ?? Number.NaN), 0) ?? Number.NaN
const difference = (a: Iterable<number>, b: Iterable<number>) => {
  const others = [...b]
  return Math.max(...[...a].map((value, at) => Math.abs(value - (others[at] ?? Number.NaN))))
}
const vectorOf = async (one: LocalEmbeddingServing, text: string) => (await one.embed([text])).vectors[0]

/** Texts of many lengths, in no order of length. */
const texts = Array.from({ length: 60 }, (_, index) =>
  Array.from(
    { length: 1 + ((index * 7) % 23) },
    (_, word) => ['river', 'stone', 'music', 'bread'][(index + word) % 4],
  ).join(' '),
)

describe('vectors of sentences', () => {
  test.each([
    ['all-MiniLM-L6-v2', 384],
    ['universal-sentence-encoder', 512],
  ])('%s: sentences that mean nearly the same are near, others are not', async (model, dimensions) => {
    const one = serve({ model })
    expect(one.dimensions).toBe(dimensions)
    const { vectors, usage, cost } = await one.embed([
      'A cat sits on the mat.',
      'A kitten is lying on a rug.',
      'The stock market fell sharply today.',
      'Share prices dropped a lot this morning.',
    ])
    expect(vectors.map(({ length }) => length)).toEqual([dimensions, dimensions, dimensions, dimensions])
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    const [cat, kitten, market, shares] = vectors
    const unlike = Math.max(dot(cat, market), dot(cat, shares), dot(kitten, market), dot(kitten, shares))
    expect(dot(cat, kitten)).toBeGreaterThan(unlike + 0.3)
    expect(dot(market, shares)).toBeGreaterThan(unlike + 0.3)
    expect(usage.inputTokens).toBeGreaterThan(20)
    expect(cost).toBe(0)
  })

  test.each(['mean', 'cls'] as const)('are those of transformers.js, pooled by %s', async (pooling) => {
    await copyModel('reference', {
      'config.json': { model_type: 'bert' },
      'tokenizer_config.json': { tokenizer_class: 'BertTokenizer', model_max_length: 512 },
    })
    env.allowRemoteModels = false
    env.localModelPath = folder
    const tokenizer = await AutoTokenizer.from_pretrained('reference')
    const model = await AutoModel.from_pretrained('reference', { dtype: 'fp32' })
    const given = [...texts.slice(0, 20), 'Grüße — schön! 12,5 % 日本語のテキスト 🐱', 'x', '']
    const { vectors } = await serve({ pooling, normalize: false }).embed(given)
    for (const [at, text] of given.entries()) {
      const output = (await model(await tokenizer([text]))) as { output_0: { data: Float32Array; dims: number[] } }
      const { data, dims } = output.output_0
      const [, tokens = 0, dimensions = 0] = dims
      const expected = Float64Array.from({ length: dimensions }, (_, column) => {
        if (pooling === 'cls') return data[column] ?? Number.NaN
        let sum = 0
        for (let token = 0; token < tokens; token++) sum += data[token * dimensions + column] ?? Number.NaN
        return sum / tokens
      })
      expect(difference(vectors[at] ?? [], expected)).toBeLessThan(1e-5)
    }
    await model.dispose()
  })

  test('are each text’s own, in order, however texts and calls are put together', async () => {
    const alone: (Float32Array | undefined)[] = []
    for (const text of texts) alone.push(await vectorOf(serving, text))
    const calls = [texts, texts.toReversed(), texts.slice(10, 12)]
    const results = await Promise.all(calls.map((call) => serving.embed(call)))
    for (const [call, { vectors }] of results.entries()) {
      const given = calls[call] ?? []
      expect(vectors).toHaveLength(given.length)
      for (const [at, text] of given.entries())
        expect(difference(vectors[at] ?? [], alone[texts.indexOf(text)] ?? [])).toBeLessThan(1e-5)
    }
  })

  test('each has memory of its own', async () => {
    const { vectors } = await serving.embed(['one', 'two'])
    expect(vectors.map(({ buffer, byteLength }) => buffer.byteLength - byteLength)).toEqual([0, 0])
    expect(vectors[0]?.buffer).not.toBe(vectors[1]?.buffer)
  })

  test('are not brought to length 1 when that is not wanted', async () => {
    const [raw, unit] = [await vectorOf(serve({ normalize: false }), 'A river.'), await vectorOf(serving, 'A river.')]
    const length = Math.sqrt(dot(raw, raw))
    expect(Math.abs(length - 1)).toBeGreaterThan(0.01)
    expect(dot(raw, unit) / length).toBeCloseTo(1, 5)
  })

  test('no texts, no vectors', async () => {
    expect(await serving.embed([])).toMatchObject({ vectors: [], usage: { inputTokens: 0 } })
  })
})

describe('texts', () => {
  const long = 'stone '.repeat(1000)

  test('a text that is too long is cut and reported, and ends as the model expects', async () => {
    const { vectors, truncated, usage } = await serve({ contextTokens: 16 }).embed([
      'short',
      long,
      'stone '.repeat(14),
      long,
    ])
    expect(truncated).toEqual([1, 3])
    expect(usage.inputTokens).toBe(3 + 16 + 16 + 16)
    expect(difference(vectors[1] ?? [], vectors[2] ?? [])).toBeLessThan(1e-6)
    expect(await serve({ contextTokens: 16 }).embed(['short'])).not.toHaveProperty('truncated')
  })

  test('contextTokens is by default the trained length, and at most the possible one', async () => {
    const tokens = async (options: LocalEmbeddingOptions) => (await serve(options).embed([long])).usage.inputTokens
    expect(await tokens({})).toBe(256)
    expect(await tokens({ contextTokens: 10_000 })).toBe(512)
    expect(await tokens({ model: 'universal-sentence-encoder', contextTokens: 10_000 })).toBe(128)
  })

  test.each(['all-MiniLM-L6-v2', 'universal-sentence-encoder'])('%s takes any text', async (model) => {
    const strange = [
      '',
      ' \n\t ',
      '猫が好きです',
      '👩‍👩‍👧 🐱',
      'half \ud83d',
      'half \ufffd',
      '\u0000',
      'x'.repeat(10_000_000),
    ]
    const one = serve({ model })
    const { vectors, truncated } = await one.embed([...strange, 'word '.repeat(2_000_000)])
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    // Half of a character is the same as none.
    expect(difference(vectors[4] ?? [], vectors[5] ?? [])).toBe(0)
    expect(truncated).toEqual([7, 8])
    expect(difference(vectors[8] ?? [], (await vectorOf(one, 'word '.repeat(600))) ?? [])).toBeLessThan(1e-6)
  })
})

describe('the model of a serving', () => {
  test('is all-MiniLM-L6-v2 if none is named, and describes itself', () => {
    expect(serving).toMatchObject({
      name: 'local.embeddings all-MiniLM-L6-v2',
      model: 'all-MiniLM-L6-v2',
      provider: 'local',
      price: { input: 0 },
      batchSize: 256,
      dimensions: 384,
    })
    expect(serve({ threads: 2 }).identity).toEqual(serving.identity)
    expect(serve({ threads: 2 }).account).toBe(serving.account)
    for (const changed of [{ pooling: 'cls' as const }, { normalize: false }, { contextTokens: 9 }])
      expect(serve(changed).identity).not.toEqual(serving.identity)
  })

  test('is a folder or a file; how it is used is read from the files beside it', async () => {
    await copyModel('plain')
    await copyModel('settled', {
      '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
      'sentence_bert_config.json': { max_seq_length: 8 },
    })
    const long = 'stone '.repeat(100)
    const [plain, settled, file] = [
      serve({ model: './plain' }, folder),
      serve({ model: join(folder, 'settled') }),
      serve({ model: 'settled/onnx/model.onnx', contextTokens: 20, pooling: 'mean' }, folder),
    ]
    expect(settled.dimensions).toBeUndefined()
    expect((await settled.embed([long])).usage.inputTokens).toBe(8)
    expect(settled.dimensions).toBe(384)
    expect((await file.embed([long])).usage.inputTokens).toBe(20)
    expect((await plain.embed([long])).usage.inputTokens).toBe(102)
    const cls = await vectorOf(serve({ pooling: 'cls' }), 'A river.')
    expect(difference((await vectorOf(settled, 'A river.')) ?? [], cls ?? [])).toBeLessThan(1e-6)
    expect(settled.identity).toMatchObject({ size: expect.any(Number), mtimeMs: expect.any(Number) })
  })

  test('is downloaded from the hub once, with the files that it has there, and then needs no network', async () => {
    const published = await copyModel('published', { 'sentence_bert_config.json': { max_seq_length: 8 } })
    const asked: string[] = []
    const hub = createServer((request, response) => {
      const file = request.url?.split('/resolve/main/')[1] ?? ''
      asked.push(file)
      const reading = createReadStream(join(published, file))
      reading.on('error', () => response.writeHead(404).end()).once('open', () => reading.pipe(response))
    })
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`)
    vi.stubEnv('MAESTRO_MODELS', join(folder, 'models'))
    const lines: string[] = []
    const logger = { ...silent, info: (line: string) => lines.push(line) }
    const { usage } = await serve({ model: 'hf:maker/tiny' }, '.', logger).embed(['stone '.repeat(100)])
    hub.close().closeAllConnections()
    expect(usage.inputTokens).toBe(8)
    expect(asked).toHaveLength(7)
    expect(asked.at(-1)).toBe('onnx/model.onnx')
    expect(lines.at(0)).toBe('the model hf:maker/tiny is not here yet; downloading it once')
    expect(lines.at(-1)).toContain(join('maker', 'tiny', 'main', 'onnx', 'model.onnx'))
    const own = new ModelCache()
    await new LocalEmbeddingServing({ model: 'hf:maker/tiny', directory: '.' }, logger, own).embed(['x'])
    await own.dispose()
    expect(asked).toHaveLength(7)
  })

  test('that is not there, is not whole, or is for chats', async () => {
    await expect(serve({ model: './nowhere' }, folder).embed(['x'])).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_FILE_MISSING',
      details: { file: join(folder, 'nowhere', 'tokenizer.json') },
    })
    const broken = await copyModel('broken')
    await writeFile(join(broken, 'onnx', 'model.onnx'), 'no graph')
    const one = serve({ model: broken })
    await expect(one.embed(['x'])).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_LOAD', details: { model: broken } })
    await copyFile(miniLm, join(broken, 'onnx', 'model.onnx'))
    await expect(one.embed(['x'])).resolves.toMatchObject({ model: broken })
    await writeFile(join(broken, 'tokenizer.json'), '{')
    await expect(serve({ model: broken, threads: 2 }).embed(['x'])).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_LOAD',
    })
    const forChats = { code: 'MAESTRO_LOCAL_MODEL_KIND', hint: 'Use `local.chat` for it.' }
    for (const model of ['smollm2-135m-instruct', './x.gguf'])
      expect(() => serve({ model })).toThrow(expect.objectContaining(forChats))
    const unknown = { code: 'MAESTRO_LOCAL_MODEL_UNKNOWN', hint: expect.stringContaining('all-MiniLM-L6-v2') }
    expect(() => serve({ model: 'all-minilm-l6' })).toThrow(expect.objectContaining(unknown))
  })

  test('a text that the model cannot read is a typed error, and the next one is embedded', async () => {
    const one = serve({ model: await copyModel('no-limits'), contextTokens: 600 })
    await expect(one.embed(['stone '.repeat(1000)])).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_EMBED',
      retryable: false,
      hint: expect.stringContaining('contextTokens'),
    })
    await expect(one.embed(['stone'])).resolves.toMatchObject({ usage: { inputTokens: 3 } })
  })

  test('is loaded once for all servings that name it, and is freed when it has been idle for a while', async () => {
    const own = new ModelCache({ keepAlive: 0 })
    const make = (options: LocalEmbeddingOptions) =>
      new LocalEmbeddingServing({ threads: 1, directory: '.', ...options }, silent, own)
    const servings = [make({}), make({ normalize: false, contextTokens: 8 })]
    const embedding = Promise.all(servings.map((one) => one.embed(texts)))
    expect(own.size).toBe(1)
    await embedding
    expect(own.size).toBe(1)
    expect(own.bytes).toBeGreaterThan(80e6)
    await vi.waitFor(() => expect(own.size).toBe(0))
    await own.dispose()
    await expect(servings[0]?.embed(['x'])).resolves.toMatchObject({ vectors: [expect.any(Float32Array)] })
    await own.dispose()
  })
})

describe('calls', () => {
  test('leave the thread of the pipeline free', async () => {
    let turns = 0
    let isDone = false
    const embedding = serving.embed(texts).finally(() => {
      isDone = true
    })
    for (; !isDone; turns++) await setImmediate()
    await embedding
    // On this thread there would be a turn for each of a few batches.
    expect(turns).toBeGreaterThan(texts.length * 10)
  })

  test('an abort ends one call at once and leaves the others alone', async () => {
    const stop = new AbortController()
    const stopped = serving.embed(texts, { signal: stop.signal })
    const other = serving.embed(['a river', 'a stone'])
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect((await other).vectors).toHaveLength(2)
    await expect(serving.embed(['x'], { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
  })

  test('that take too long', async () => {
    await expect(serving.embed(texts, { timeout: 1 })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 1 },
    })
  })

  test('dispose ends those of the serving; a later one begins anew', async () => {
    const one = serve()
    const ended = one.embed(texts)
    const other = serving.embed(texts)
    await one.dispose()
    await expect(ended).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect((await other).vectors).toHaveLength(texts.length)
    expect((await one.embed(['x'])).vectors).toHaveLength(1)
  })

  test('a load without waiting callers is stopped', async () => {
    const own = new ModelCache()
    const one = new LocalEmbeddingServing({ directory: '.' }, silent, own)
    const stop = new AbortController()
    const loading = one.embed(['x'], { signal: stop.signal })
    await setImmediate()
    stop.abort()
    await expect(loading).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    expect(own.size).toBe(0)
    await own.dispose()
  })

  test('a process that used it ends by itself, disposed or not', async () => {
    const entry = pathToFileURL(createRequire(import.meta.url).resolve('@maestro-dataflow/plugin-local'))
    const script = join(folder, 'script.mjs')
    for (const end of ['await serving.dispose()', '', 'await sharedModelCache().dispose()']) {
      await writeFile(
        script,
        `import { LocalEmbeddingServing, sharedModelCache } from '${entry}'
        const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }
        const serving = new LocalEmbeddingServing({ threads: 1, directory: '.' }, logger)
        await serving.embed(['Hello'])
        ${end}
        console.log('done')`,
      )
      const { stdout } = await promisify(execFile)(process.execPath, [script])
      expect(stdout).toBe('done\n')
    }
  })
})
