import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { JsonSchema, LLMRequest, Logger } from '@maestro-dataflow/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { LocalChatServing } from './chat-serving.js'
import type { LocalChatOptions } from './chat-serving-options.js'
import { ModelCache } from './model-cache.js'
import { pullModel } from './models/known-models.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const cache = new ModelCache()
const made: LocalChatServing[] = []
/** One thread: the tests must not wait for cores that other processes use. */
function serve(
  options: Partial<LocalChatOptions> & { readonly directory?: string } = {},
  logger = silent,
): LocalChatServing {
  const given = {
    model: 'smollm2-135m-instruct',
    threads: 1,
    contextTokens: 512,
    maxTokens: 16,
    directory: '.',
    ...options,
  }
  const serving = new LocalChatServing(given, logger, cache)
  made.push(serving)
  return serving
}
const serving = serve({ sequences: 2 })
const ask = (content: string): LLMRequest['messages'] => [{ role: 'user', content }]
const story = { messages: ask('Tell me a long story.'), maxTokens: 400 }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-chat-'))
  await pullModel('smollm2-135m-instruct')
})
afterAll(async () => {
  await Promise.all(made.map((one) => one.dispose()))
  await cache.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe('local.chat on a real model', () => {
  test('answers, counts tokens and says why it ended', async () => {
    const result = await serving.generate({ messages: ask('What is the capital of France?'), maxTokens: 24 })
    expect(result).toMatchObject({ finishReason: 'stop', cost: 0, model: 'smollm2-135m-instruct' })
    expect(result.text).toContain('Paris')
    const cut = await serving.generate({ ...story, maxTokens: 4 })
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 4 } })
  })

  test('a caller with a listener receives the pieces of the text while it is written', async () => {
    const pieces: string[] = []
    const { text } = await serving.generate(
      { messages: ask('What is the capital of France?'), maxTokens: 24 },
      { onText: (piece) => pieces.push(piece) },
    )
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.join('')).toBe(text)
  })

  test('all tokens of the prompt are counted, and those that need not be read again', async () => {
    const one = serve({ sequences: 1 })
    const request = { messages: ask('Name a colour that begins with the letter r.'), maxTokens: 4 }
    const first = await one.generate(request)
    expect(first.usage).toMatchObject({ cachedInputTokens: 0 })
    const again = await one.generate(request)
    expect(again.usage).toMatchObject({
      inputTokens: first.usage.inputTokens,
      cachedInputTokens: first.usage.inputTokens - 1,
    })
    expect(again.text).toBe(first.text)
  })

  test('a call goes to the free sequence that has read most of its prompt', async () => {
    const two = serve({ sequences: 2 })
    const prompt = (about: string) => ({ messages: ask(`${`${about} `.repeat(40)}?`), maxTokens: 2 })
    await Promise.all([two.generate(prompt('red')), two.generate(prompt('blue'))])
    for (const about of ['blue', 'red', 'blue', 'red']) {
      const { usage } = await two.generate(prompt(about))
      expect(usage.cachedInputTokens).toBe(usage.inputTokens - 1)
    }
  })

  test('system messages and earlier turns reach the model by its template', async () => {
    const shown = [
      ['apple', 'fruit'],
      ['dog', 'animal'],
      ['pear', 'fruit'],
      ['cat', 'animal'],
    ].flatMap(([word = '', kind = '']) => [
      { role: 'user' as const, content: word },
      { role: 'assistant' as const, content: kind },
    ])
    const turns = [{ role: 'system' as const, content: 'You sort words.' }, ...shown]
    for (const [word, kind] of [
      ['apple', 'fruit'],
      ['dog', 'animal'],
    ] as const) {
      const result = await serving.generate({ messages: [...turns, ...ask(word)] })
      expect(result.text).toBe(kind)
      const bare = await serving.generate({ messages: ask(word) })
      // Each turn costs its words and the marks of the template around them.
      expect(result.usage.inputTokens).toBeGreaterThan(bare.usage.inputTokens + 5 * turns.length)
    }
  })

  test('marks of the template in a text are text', async () => {
    const plain = await serving.generate({ messages: ask('x'), maxTokens: 1 })
    const marked = await serving.generate({ messages: ask('x<|im_end|>'), maxTokens: 1 })
    expect(marked.usage.inputTokens).toBeGreaterThan(plain.usage.inputTokens + 3)
  })

  test('the same seed gives the same answer, another one another', async () => {
    const request = { messages: ask('Tell me a story about a fox.'), temperature: 0.8, maxTokens: 24 }
    const [a, b] = [await serving.generate({ ...request, seed: 5 }), await serving.generate({ ...request, seed: 5 })]
    const c = await serving.generate({ ...request, seed: 6 })
    expect(b.text).toBe(a.text)
    expect(c.text).not.toBe(a.text)
  })

  test('topK and topP narrow the choice down to the greedy one', async () => {
    const request = { messages: ask('Tell me a story about a fox.'), maxTokens: 12 }
    const greedy = await serving.generate(request)
    const hot = { ...request, temperature: 2, seed: 3 }
    expect((await serving.generate({ ...hot, topK: 1 })).text).toBe(greedy.text)
    expect((await serving.generate({ ...hot, topP: 0.0001 })).text).toBe(greedy.text)
    expect((await serving.generate(hot)).text).not.toBe(greedy.text)
  })

  test('a stop text ends the answer and is not part of it', async () => {
    const request = { messages: story.messages, maxTokens: 24 }
    const { text } = await serving.generate(request)
    const third = text.split(' ')[3] ?? ''
    const stopped = await serving.generate({ ...request, stop: ['not in the text', third] })
    expect(stopped).toMatchObject({ text: text.slice(0, text.indexOf(third)), finishReason: 'stop' })
  })

  test('more calls than sequences: each gets its own answer', async () => {
    const answers = await Promise.all(
      ['red', 'green', 'blue', 'black'].map((word) =>
        serving.generate({ messages: ask(`The word is "${word}". What is the word?`) }),
      ),
    )
    for (const [index, word] of ['red', 'green', 'blue', 'black'].entries())
      expect(answers[index]?.text.toLowerCase()).toContain(word)
  })
})

describe('a JSON schema is followed by construction', () => {
  const schemas: Record<string, { schema: JsonSchema; fits: unknown }> = {
    'an enum': {
      schema: { type: 'object', properties: { tone: { enum: ['good', 'bad'] } }, required: ['tone'] },
      fits: { tone: expect.stringMatching(/^(good|bad)$/) },
    },
    'nested objects, lists, integers, and keywords that a grammar does not know': {
      schema: {
        type: 'object',
        properties: {
          person: {
            type: 'object',
            properties: {
              name: { type: 'string', minLength: 1, maxLength: 12, pattern: '^[A-Z]' },
              age: { type: 'integer', minimum: 0, maximum: 150 },
            },
          },
          tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 2, uniqueItems: true },
          mail: { anyOf: [{ type: 'string', format: 'email', maxLength: 12 }, { type: 'null' }] },
        },
      },
      fits: {
        person: { name: expect.stringMatching(/^.{1,12}$/), age: expect.any(Number) },
        tags: expect.arrayContaining([expect.stringMatching(/^[ab]$/)]),
        mail: expect.toSatisfy((value: unknown) => value === null || typeof value === 'string'),
      },
    },
    'a reference': {
      schema: {
        $defs: { colour: { enum: ['red', 'green'] } },
        type: 'object',
        properties: { first: { $ref: '#/$defs/colour' } },
      },
      fits: { first: expect.stringMatching(/^(red|green)$/) },
    },
  }

  test.each(Object.entries(schemas))('%s', async (_, { schema, fits }) => {
    const result = await serving.generate({ messages: ask('Ann is 30 and likes red.'), schema, maxTokens: 150 })
    expect(result.object).toEqual(fits)
  })

  test('an answer that was cut off has no object', async () => {
    const schema = { type: 'object', properties: { text: { type: 'string', minLength: 200 } } }
    const result = await serving.generate({ messages: ask('Write.'), schema, maxTokens: 8 })
    expect(result.finishReason).toBe('length')
    expect(result).not.toHaveProperty('object')
  })
})

describe('limits and ends', () => {
  test('a prompt that leaves no room for the answer is refused with both numbers; one that just fits is not', async () => {
    const small = serve({ contextTokens: 256, sequences: 1 })
    const messages = ask('Tell me a very long story.')
    const { inputTokens } = (await small.generate({ messages, maxTokens: 1 })).usage
    await expect(small.generate({ messages, maxTokens: 257 - inputTokens })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG',
      details: { tokens: 257, limit: 256 },
    })
    const full = await small.generate({ messages, maxTokens: 256 - inputTokens })
    expect(full.usage.outputTokens).toBeGreaterThan(100)
  })

  test('abort and time-out end a call, and the next one works', async () => {
    const stop = new AbortController()
    const aborted = serving.generate(story, { signal: stop.signal })
    setTimeout(() => stop.abort(), 50)
    await expect(aborted).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await expect(serving.generate(story, { timeout: 50 })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 50 },
      retryable: true,
    })
    await expect(serving.generate({ messages: ask('Hello') })).resolves.toMatchObject({
      model: 'smollm2-135m-instruct',
    })
  })

  test('an abort ends the waiting for a free sequence and for the model', async () => {
    const one = serve({ sequences: 1 })
    const stop = new AbortController()
    const loading = one.generate(story, { signal: stop.signal })
    stop.abort()
    await expect(loading).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })

    await one.generate({ messages: ask('Hello'), maxTokens: 1 })
    const [working, waiting, next] = [new AbortController(), new AbortController(), new AbortController()]
    const first = one.generate(story, { signal: working.signal })
    const second = one.generate(story, { signal: waiting.signal })
    const third = one.generate({ messages: ask('Hello'), maxTokens: 1 }, { signal: next.signal })
    waiting.abort()
    await expect(second).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    working.abort()
    await expect(first).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await expect(third).resolves.toMatchObject({ usage: { outputTokens: 1 } })
    await expect(one.generate(story, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
  })

  test('dispose ends the calls at work and in the queue; a later call loads again', async () => {
    const one = serve({ sequences: 1 })
    await one.generate({ messages: ask('Hello'), maxTokens: 1 })
    const calls = [one.generate(story), one.generate(story)]
    const outcomes = Promise.allSettled(calls)
    await Promise.all([one.dispose(), one.dispose()])
    await one.dispose()
    expect(await outcomes).toMatchObject([
      { reason: { code: 'MAESTRO_SERVING_ABORTED' } },
      { reason: { code: 'MAESTRO_SERVING_ABORTED' } },
    ])
    await expect(one.generate({ messages: ask('Hello'), maxTokens: 1 })).resolves.toMatchObject({
      finishReason: 'length',
    })
  })

  test('dispose while the model is being loaded', async () => {
    const own = new ModelCache()
    const one = new LocalChatServing({ model: 'smollm2-135m-instruct', threads: 1, directory: '.' }, silent, own)
    const call = one.generate({ messages: ask('Hello') })
    const outcome = expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await one.dispose()
    await outcome
    await own.dispose()
    expect(own.size).toBe(0)
  })

  test('an image is refused: the model takes text', async () => {
    const content = [{ type: 'image', data: new Uint8Array(1), mediaType: 'image/png' }] as const
    await expect(serving.generate({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MEDIA',
    })
  })
})

describe('the model of a serving', () => {
  test('two servings of one file load it once; it stays for the next one', async () => {
    const own = new ModelCache()
    const options = { model: 'smollm2-135m-instruct', threads: 1, contextTokens: 256, directory: '.' }
    const servings = [1, 2].map((sequences) => new LocalChatServing({ ...options, sequences }, silent, own))
    const hello = { messages: ask('Hello'), maxTokens: 1 }
    await Promise.all(servings.map((one) => one.generate(hello)))
    // The model, and the library that it runs on.
    expect(own.size).toBe(2)
    const { bytes } = own
    expect(bytes).toBeGreaterThan(90e6)
    expect(bytes).toBeLessThan(110e6)
    await Promise.all(servings.map((one) => one.dispose()))
    expect(own.bytes).toBe(bytes)
    await servings[0]?.generate(hello)
    expect(own.bytes).toBe(bytes)
    await servings[0]?.dispose()
    await own.dispose()
    expect(own.size).toBe(0)
  })

  test('an unknown one is named, with the near one, and one that is not for chats', () => {
    const unknown = {
      code: 'MAESTRO_LOCAL_MODEL_UNKNOWN',
      hint: expect.stringContaining('Known: smollm2-135m-instruct'),
    }
    expect(() => serve({ model: 'smollm2' })).toThrow(expect.objectContaining(unknown))
    const notForChats = { code: 'MAESTRO_LOCAL_MODEL_KIND', hint: 'Use `local.embeddings` for it.' }
    expect(() => serve({ model: 'all-MiniLM-L6-v2' })).toThrow(expect.objectContaining(notForChats))
  })

  test('its identity contains everything that its answers depend on', () => {
    const one = serve({ sequences: 3 })
    expect(one).toMatchObject({ provider: 'local', model: 'smollm2-135m-instruct', price: { input: 0, output: 0 } })
    expect(one.concurrency).toBe(3)
    expect(one.identity).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), temperature: 0, seed: 0 })
    expect(serve({ threads: 2 }).identity).toEqual(serve().identity)
    for (const changed of [{ contextTokens: 1024 }, { temperature: 1 }, { seed: 2 }, { topP: 0.5 }, { maxTokens: 9 }])
      expect(serve(changed).identity).not.toEqual(serve().identity)
  })

  test('a file that is not a model is named, and once it is one, the next call works', async () => {
    const path = join(folder, 'broken.gguf')
    await writeFile(path, 'GGUF and then nothing that makes sense')
    const one = serve({ model: 'broken.gguf', directory: folder })
    await expect(one.generate(story)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_LOAD',
      details: { model: 'broken.gguf' },
    })
    await writeFile(path, createReadStream(await pullModel('smollm2-135m-instruct')))
    await expect(one.generate({ messages: ask('Hello'), maxTokens: 1 })).resolves.toMatchObject({
      model: 'broken.gguf',
    })
  })

  test('comes from the hub when it is named so, and the log says so', async () => {
    const file = await pullModel('smollm2-135m-instruct')
    const { size } = await stat(file)
    const hub = createServer((_, response) => createReadStream(file).pipe(response.setHeader('content-length', size)))
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`)
    vi.stubEnv('MAESTRO_MODELS', folder)
    const lines: string[] = []
    const logger = { ...silent, info: (line: string) => lines.push(line) }
    try {
      const one = serve({ model: 'hf:maker/tiny/tiny.gguf' }, logger)
      await one.generate({ messages: ask('Hello'), maxTokens: 1 })
      expect(lines.at(0)).toBe('the model hf:maker/tiny/tiny.gguf is not here yet; downloading it once')
      expect(lines.at(-1)).toContain('was downloaded from Hugging Face maker/tiny and is stored at ')
      const logged = lines.length
      await serve({ model: 'hf:maker/tiny/tiny.gguf' }, logger).generate({ messages: ask('Hello'), maxTokens: 1 })
      expect(lines).toHaveLength(logged)
    } finally {
      vi.unstubAllEnvs()
      hub.close()
    }
  })

  test('a process that used it ends by itself, disposed or not', async () => {
    const entry = pathToFileURL(createRequire(import.meta.url).resolve('@maestro-dataflow/plugin-local'))
    const script = join(folder, 'script.mjs')
    for (const end of ['await serving.dispose()', '']) {
      await writeFile(
        script,
        `import { LocalChatServing } from '${entry}'
        const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }
        const serving = new LocalChatServing({ model: 'smollm2-135m-instruct', threads: 1, directory: '.' }, logger)
        await serving.generate({ messages: [{ role: 'user', content: 'Hello' }], maxTokens: 1 })
        ${end}
        console.log('done')`,
      )
      const { stdout } = await promisify(execFile)(process.execPath, [script])
      expect(stdout).toBe('done\n')
    }
  })
})
