import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnhancedLLMServing, type LLMRequest, type Logger, uncountedTokens } from '@maestro-dataflow/core'
import { replies, type ScriptedReply, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { keeping } from './__fixtures__/keeping-logger.js'
import { bodies, ollamaReplies, script } from './__fixtures__/ollama-replies.js'
import { OllamaChatServing } from './chat-serving.js'
import type { OllamaChatOptions } from './chat-serving-options.js'

const server = await startMisbehavingServer()
const other = await startMisbehavingServer()
beforeEach(() => {
  server.reset()
  other.reset()
})
afterAll(() => Promise.all([server.close(), other.close()]))

const hello: LLMRequest = { messages: [{ role: 'user', content: 'Hello' }] }
const serve = (options: Partial<OllamaChatOptions> = {}, logger?: Logger) =>
  new OllamaChatServing({ model: 'tiny', host: server.url, ...options }, logger)
const chats = (...turns: readonly ScriptedReply[]) => script(server, { '/api/chat': turns })
/** The beginning of a picture, which is all that is looked at. */
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff)
const missing = ollamaReplies.error(404, "model 'tiny' not found")

/** An address where nothing listens. */
async function closedUrl(): Promise<string> {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  return `http://127.0.0.1:${port}`
}

describe('a request as Ollama gets it', () => {
  test("the sampling of the request takes precedence over the config's, and the model decides what neither sets", async () => {
    chats(ollamaReplies.chat(['Hi']))
    await serve().generate(hello)
    await serve({
      temperature: 0,
      topP: 0.5,
      seed: 7,
      maxTokens: 9,
      stop: ['a'],
      keepAlive: '10m',
      reasoningEffort: false,
    }).generate({
      ...hello,
      temperature: 1,
      topK: 3,
      sample: 2,
      stop: ['b'],
      logprobs: 2,
      schema: { type: 'string' },
    })
    const [first, second] = bodies(server, '/api/chat')
    expect(first).toEqual({
      model: 'tiny',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      truncate: false,
      shift: false,
      options: { num_ctx: 4096, num_predict: 4096 },
    })
    expect(second).toMatchObject({
      keep_alive: '600000ms',
      think: false,
      format: { type: 'string' },
      logprobs: true,
      top_logprobs: 2,
      options: { temperature: 1, top_p: 0.5, top_k: 3, seed: 9, num_predict: 9, stop: ['b'] },
    })
  })

  test('another sample of the same question has another seed, be it a number or a name', async () => {
    chats(ollamaReplies.chat(['Hi']))
    const samples = [undefined, 0, 1, 'row 1', 'row 2', 'row 1']
    for (const sample of samples)
      await serve({ seed: 2 ** 31 - 1 }).generate(sample === undefined ? hello : { ...hello, sample })
    const seeds = bodies(server, '/api/chat').map(({ options }) => (options as { seed: number }).seed)
    expect(seeds.slice(0, 3)).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 0])
    expect(seeds[3]).toBe(seeds[5])
    expect(new Set(seeds).size).toBe(4)
  })

  test("the model's own context and stop texts stay, and its training bounds the context", async () => {
    const parameters = 'num_ctx                        6000\nstop                           "<|im_end|>"\n'
    script(server, {
      '/api/show': [ollamaReplies.show({ parameters, trained: 5000 }), ollamaReplies.show({ parameters })],
      '/api/chat': [ollamaReplies.chat(['Hi'])],
    })
    await serve().generate({ ...hello, stop: ['END'] })
    await serve().generate(hello)
    await serve({ contextTokens: 512 }).generate(hello)
    expect(bodies(server, '/api/chat').map(({ options }) => options)).toEqual([
      { num_ctx: 5000, num_predict: 5000, stop: ['<|im_end|>', 'END'] },
      { num_ctx: 6000, num_predict: 6000 },
      { num_ctx: 512, num_predict: 512 },
    ])
  })

  test('images go as bytes in base64, behind the texts of their turn', async () => {
    chats(ollamaReplies.chat(['A cat']))
    const data = new Uint8Array([9, ...jpeg]).subarray(1)
    const image = { type: 'image', data } as const
    const content = [{ type: 'text', text: 'What' }, image, { type: 'text', text: 'is this?' }] as const
    await serve().generate({ messages: [{ role: 'user', content }] })
    expect(bodies(server, '/api/chat')[0]?.messages).toEqual([
      { role: 'user', content: 'What\nis this?', images: ['/9j/'] },
    ])
  })

  test('JSON without a schema; an image that is none is never sent', async () => {
    chats(ollamaReplies.chat(['{}']))
    await serve().generate({ ...hello, json: true })
    expect(bodies(server, '/api/chat')[0]?.format).toBe('json')
    const page = new TextEncoder().encode('<html></html>')
    const call = serve().generate({ messages: [{ role: 'user', content: [{ type: 'image', data: page }] }] })
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_MEDIA_TYPE' })
    expect(bodies(server, '/api/chat')).toHaveLength(1)
  })

  test('a key goes with each request, and nowhere else', async () => {
    chats(ollamaReplies.error(401, 'no such key'))
    const serving = serve({ apiKey: 'a key' })
    const failure = await serving.generate(hello).catch((error: Error) => error)
    expect(failure).toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer a key', 'Bearer a key'])
    expect(JSON.stringify([failure, serving.identity, serving.account, serving.name])).not.toContain('a key')
  })

  test('a model is described once for each host', async () => {
    chats(ollamaReplies.chat(['Hi']))
    const serving = serve()
    for (let call = 0; call < 3; call++) await serving.generate(hello)
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/show', '/api/chat', '/api/chat', '/api/chat'])
  })
})

describe('an answer as Ollama gives it', () => {
  test('pieces, tokens, and why it ended', async () => {
    chats(ollamaReplies.chat(['Hel', 'lo']), ollamaReplies.chat(['Hel'], { done_reason: 'length' }))
    const usage = { inputTokens: 5, outputTokens: 2 }
    expect(await serve().generate(hello)).toEqual({ text: 'Hello', finishReason: 'stop', usage, model: 'tiny' })
    expect(await serve().generate(hello)).toMatchObject({ text: 'Hel', finishReason: 'length' })
  })

  test('one without the tokens of its prompt says that they are estimated, and is not too long for that', async () => {
    const said = { message: { content: 'Hi' }, done: false }
    const turns = [1, 2, 3].map((turn) => ({ role: 'user', content: `turn ${turn} ${'x'.repeat(150)}` }) as const)
    for (const count of [undefined, null, -1, 'many']) {
      server.reset()
      const end = { done: true, done_reason: 'stop', prompt_eval_count: count, eval_count: 1 }
      chats(ollamaReplies.lines(said, end))
      const { text, usage, warnings } = await serve({ contextTokens: 200 }).generate({ messages: turns })
      expect([text, usage.outputTokens, warnings]).toEqual(['Hi', 1, [uncountedTokens]])
      expect(usage.inputTokens).toBeGreaterThan(20)
      expect(bodies(server, '/api/chat')).toHaveLength(1)
    }
    chats(ollamaReplies.chat(['Hi'], { eval_count: undefined }))
    expect(await serve().generate(hello)).toMatchObject({
      usage: { inputTokens: 5, outputTokens: 1 },
      warnings: [uncountedTokens],
    })
  })

  test('thoughts are not part of it', async () => {
    const thought = { message: { content: '', thinking: 'Hm.' }, done: false }
    chats(
      ollamaReplies.lines(
        thought,
        { message: { content: '4' }, done: false },
        { done: true, done_reason: 'stop', eval_count: 9 },
      ),
    )
    expect(await serve({ reasoningEffort: true }).generate(hello)).toMatchObject({
      text: '4',
      usage: { outputTokens: 9 },
    })
  })

  test('logprobs', async () => {
    const logprobs = [
      { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [{ token: 'Hi', logprob: -0.1, bytes: [] }] },
    ]
    chats(
      ollamaReplies.lines({ message: { content: 'Hi' }, logprobs, done: false }, { done: true, done_reason: 'stop' }),
    )
    const result = await serve().generate({ ...hello, logprobs: 1 })
    expect(result.logprobs).toEqual([{ token: 'Hi', logprob: -0.1, top: [{ token: 'Hi', logprob: -0.1 }] }])
  })

  test('an object when there is a schema, the text is JSON and it is whole', async () => {
    const schema = { type: 'object' }
    chats(
      ollamaReplies.chat(['{"id":', '9007199254740993}']),
      ollamaReplies.chat(['no JSON']),
      ollamaReplies.chat(['{}'], { done_reason: 'length' }),
    )
    expect(await serve().generate({ ...hello, schema })).toHaveProperty('object', { id: 9007199254740993n })
    expect(await serve().generate({ ...hello, schema })).not.toHaveProperty('object')
    expect(await serve().generate({ ...hello, schema })).not.toHaveProperty('object')
  })

  test('data followed by white space to the limit are whole; half of them are not', async () => {
    const cut = (...texts: readonly string[]) => ollamaReplies.chat(texts, { done_reason: 'length' })
    chats(cut('{"a":1}', '\n', ' '), cut('{"a": ', ' '), cut('12'), cut('12 '))
    const ask = () => serve().generate({ ...hello, schema: {} })
    expect(await ask()).toMatchObject({ object: { a: 1 }, finishReason: 'stop' })
    const half = await ask()
    expect(half).toMatchObject({ finishReason: 'length' })
    expect(half).not.toHaveProperty('object')
    // It may have been going to be 123.
    expect(await ask()).not.toHaveProperty('object')
    expect(await ask()).toMatchObject({ object: 12, finishReason: 'stop' })
  })

  test('a lone surrogate and characters cut between two pieces', async () => {
    const whole = ollamaReplies.chat(['a\ud800b', '😀'])
    chats(replies.slowly(whole, { bytes: 7, milliseconds: 0 }))
    expect((await serve().generate(hello)).text).toBe('a\ud800b😀')
  })

  test('an answer that repeats itself without a last line counts as cut off, and any other one without it is broken', async () => {
    chats(ollamaReplies.unfinished(Array<string>(40).fill(' ha')), ollamaReplies.unfinished(['Hel', 'lo']))
    expect(await serve().generate(hello)).toMatchObject({ finishReason: 'length', usage: { outputTokens: 40 } })
    await expect(serve().generate(hello)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_REPLY' })
  })

  test('each piece is reported, so that a stall is noticed', async () => {
    chats(replies.slowly(ollamaReplies.chat(['Hel', 'lo']), { bytes: 60, milliseconds: 0 }))
    const onActivity = vi.fn()
    await serve().generate(hello, { onActivity })
    expect(onActivity.mock.calls.length).toBeGreaterThan(4)
    chats(replies.stallAfter(ollamaReplies.chat(['Hel', 'lo']), 60))
    const stalled = new EnhancedLLMServing(serve(), { settings: { timeout: { stall: 20 }, retries: 0 } })
    await expect(stalled.generate(hello)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 20 },
    })
  })
})

describe('a prompt that is too long is an error, and never cut', () => {
  const turns = [1, 2, 3].map((turn) => ({ role: 'user', content: `turn ${turn} ${'x'.repeat(90)}` }) as const)
  const long: LLMRequest = { messages: [{ role: 'system', content: 'Be brief.' }, ...turns] }
  const tooLong = { code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG', retryable: false }

  test.each([
    'input length exceeds maximum context length',
    'the prompt is longer than the context length currently available to the model',
    'prompt is too long: 70 tokens > 64 maximum',
  ])('servers that say so: %s', async (words) => {
    chats(ollamaReplies.error(400, words))
    await expect(serve().generate(hello)).rejects.toMatchObject(tooLong)
  })

  test('servers that cut it to the context', async () => {
    chats(ollamaReplies.chat(['Hi'], { prompt_eval_count: 200 }))
    await expect(serve({ contextTokens: 200 }).generate(hello)).rejects.toMatchObject({
      ...tooLong,
      details: { limit: 200 },
    })
  })

  test('servers that leave out the first turns: the prompt is as long without them', async () => {
    chats(ollamaReplies.chat(['Hi'], { prompt_eval_count: 150 }))
    await expect(serve({ contextTokens: 200 }).generate(long)).rejects.toMatchObject(tooLong)
    const [, probe] = bodies(server, '/api/chat')
    expect(probe).toMatchObject({ messages: [{ role: 'system' }, turns[1], turns[2]], options: { num_predict: 1 } })
  })

  test('one that only just fits is answered; one with room enough is not asked twice', async () => {
    chats(ollamaReplies.chat(['Hi'], { prompt_eval_count: 150 }), ollamaReplies.chat([''], { prompt_eval_count: 110 }))
    expect((await serve({ contextTokens: 200 }).generate(long)).text).toBe('Hi')
    chats(ollamaReplies.chat(['Hi'], { prompt_eval_count: 150 }))
    expect((await serve({ contextTokens: 400 }).generate(long)).text).toBe('Hi')
    expect(bodies(server, '/api/chat')).toHaveLength(1)
  })

  test('an answer that goes on after the context is full ends where it was full', async () => {
    chats(ollamaReplies.chat(['a', 'b', 'c', 'd'], { prompt_eval_count: 62, eval_count: 4 }))
    expect(await serve({ contextTokens: 64 }).generate(hello)).toMatchObject({ text: 'ab', finishReason: 'length' })
  })
})

describe('each fault ends in its code', () => {
  const body = ollamaReplies.chat(['Hel', 'lo'])
  const faults: Record<string, readonly [reply: ScriptedReply, code: string, retryable: boolean]> = {
    'a page of a proxy': [replies.htmlPage(), 'UNEXPECTED_REPLY', true],
    'a page with an error status': [replies.htmlPage(502), 'SERVER', true],
    'half a line': [replies.ofType('application/x-ndjson', '{"message":{"cont'), 'BROKEN_REPLY', true],
    'a line that is no object': [replies.ofType('application/x-ndjson', '7\n'), 'UNEXPECTED_REPLY', true],
    'no lines at all': [replies.ofType('application/x-ndjson', ''), 'UNEXPECTED_REPLY', true],
    'a connection that breaks': [replies.reset(), 'CONNECTION', true],
    'one that breaks in the middle': [replies.cutAfter(body, 50), 'CONNECTION', true],
    'bytes that are no HTTP': [replies.raw('SSH-2.0-something\r\n'), 'CONNECTION', true],
    'a redirect': [replies.redirect('http://10.0.0.1/'), 'BAD_REQUEST', false],
    'a full queue': [ollamaReplies.error(503, 'server busy, please try again'), 'OVERLOADED', true],
    'a gateway that bounds': [replies.error(429, 'slow down'), 'RATE_LIMITED', true],
    'a crash': [ollamaReplies.error(500, 'llama runner process has terminated'), 'SERVER', true],
    'a crash in the middle': [ollamaReplies.lines({ error: 'out of memory' }), 'SERVER', true],
    'a schema that it cannot follow': [
      ollamaReplies.error(500, 'invalid JSON schema in format'),
      'SCHEMA_REFUSED',
      false,
    ],
    'such a schema, noticed late': [
      ollamaReplies.lines({ error: 'invalid JSON schema in format' }),
      'SCHEMA_REFUSED',
      false,
    ],
    'a name that is none': [ollamaReplies.error(400, 'model is required'), 'BAD_REQUEST', false],
    'no permission': [ollamaReplies.error(403, 'not for you'), 'PERMISSION', false],
  }

  test('a compressed body is none', async () => {
    chats(replies.gzip(body))
    expect(await serve().generate(hello)).toMatchObject({ text: 'Hello' })
  })

  test.each(Object.entries(faults))('%s', async (_, [reply, code, retryable]) => {
    chats(reply)
    const log = vi.spyOn(console, 'log')
    const warn = vi.spyOn(console, 'warn')
    await expect(serve().generate(hello)).rejects.toMatchObject({ code: `MAESTRO_SERVING_${code}`, retryable })
    // The library would have told the terminal.
    expect([log.mock.calls, warn.mock.calls]).toEqual([[], []])
  })

  test('an error contains the wait that a gateway asks for, and the words of an HTML page', async () => {
    chats(replies.error(429, 'slow down', { 'retry-after': '2' }))
    await expect(serve().generate(hello)).rejects.toMatchObject({ details: { rateLimits: { retryAfterMs: 2000 } } })
    chats(replies.htmlPage(502))
    await expect(serve().generate(hello)).rejects.toMatchObject({ details: { reason: 'Bad gateway Bad gateway' } })
  })

  test('a fault in the description of the model', async () => {
    for (const [reply, code] of [
      [replies.halfJson({ parameters: 'x'.repeat(50) }), 'BROKEN_REPLY'],
      [replies.empty(), 'UNEXPECTED_REPLY'],
      [replies.reset(), 'CONNECTION'],
    ] as const) {
      script(server, { '/api/show': [reply] })
      await expect(serve().generate(hello)).rejects.toMatchObject({ code: `MAESTRO_SERVING_${code}` })
    }
  })

  test('a server that is down: how to start it', async () => {
    const host = await closedUrl()
    await expect(serve({ host }).generate(hello)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      message: expect.stringContaining(host),
      hint: expect.stringContaining('ollama serve'),
    })
    await expect(serve({ host: 'nowhere.invalid' }).generate(hello)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      hint: expect.stringContaining('OLLAMA_HOST=0.0.0.0 ollama serve'),
    })
  })

  test('the error for a missing model contains the command that fetches it, and the error for a missing page does not', async () => {
    script(server, { '/api/show': [missing, ollamaReplies.show()], '/api/chat': [missing, ollamaReplies.chat(['Hi'])] })
    const serving = serve()
    // Missing at first, removed since, and there again.
    for (let call = 0; call < 2; call++)
      await expect(serving.generate(hello)).rejects.toMatchObject({
        code: 'MAESTRO_SERVING_NOT_FOUND',
        hint: expect.stringContaining('ollama pull tiny'),
      })
    expect((await serving.generate(hello)).text).toBe('Hi')
    script(server, { '/api/show': [replies.ofType('text/plain', '404 page not found', 404)] })
    await expect(serve().generate(hello)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_NOT_FOUND',
      hint: expect.not.stringContaining('ollama pull'),
    })
  })

  test('parts that are neither text nor image are refused, and so are images for a model without vision', async () => {
    const ask = (type: 'image' | 'audio', options: Partial<OllamaChatOptions> = {}) => {
      const part = { type, data: jpeg } as const
      return serve(options).generate({ messages: [{ role: 'user', content: [part] }] })
    }
    const refused = (type: string) => ({ code: 'MAESTRO_OLLAMA_MEDIA', details: { model: 'tiny', type } })
    script(server, {
      '/api/show': [ollamaReplies.show({ capabilities: ['completion'] })],
      '/api/chat': [ollamaReplies.chat(['A cat'])],
    })
    await expect(ask('audio')).rejects.toMatchObject(refused('audio'))
    await expect(ask('image')).rejects.toMatchObject(refused('image'))
    await expect(ask('image', { images: false })).rejects.toMatchObject(refused('image'))
    expect((await ask('image', { images: true })).text).toBe('A cat')
    script(server, {
      '/api/show': [ollamaReplies.show({ capabilities: ['vision'] })],
      '/api/chat': [ollamaReplies.chat(['A cat'])],
    })
    expect((await ask('image')).text).toBe('A cat')
  })

  test('a call whose time is over ends', async () => {
    chats(replies.silence())
    await expect(serve().generate(hello, { timeout: 20 })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 20 },
    })
  })

  test('a call that is given up ends, wherever it is', async () => {
    for (const path of ['/api/show', '/api/chat']) {
      script(server, { [path]: [replies.silence()] })
      const stop = new AbortController()
      const call = serve().generate(hello, { signal: stop.signal })
      await expect.poll(() => server.requests.at(-1)?.path).toBe(path)
      stop.abort()
      await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    }
    chats(replies.stallAfter(ollamaReplies.chat(['Hel', 'lo']), 60))
    const stop = new AbortController()
    // The third sign of life is the first piece of the answer.
    let signs = 0
    const onActivity = () => {
      if (++signs === 3) stop.abort()
    }
    await expect(serve().generate(hello, { signal: stop.signal, onActivity })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
  })
})

describe('several hosts', () => {
  test('share the calls, each within its own bound', async () => {
    const held: (() => void)[] = []
    let most = 0
    let open = 0
    for (const one of [server, other])
      script(one, {
        '/api/chat': [
          async () => {
            if (one === other) most = Math.max(most, ++open)
            await new Promise<void>((resolve) => held.push(resolve))
            if (one === other) open--
            return ollamaReplies.chat(['Hi'])
          },
        ],
      })
    const serving = serve({ host: [server.url, { url: other.url, concurrency: 2 }] })
    expect(serving).toMatchObject({ concurrency: 6, account: `${server.url} ${other.url}` })
    const calls = Array.from({ length: 8 }, () => serving.generate(hello))
    let ended = 0
    const all = Promise.all(calls.map((call) => call.then(() => ended++)))
    while (ended < 8) {
      await expect.poll(() => held.length > 0 || ended === 8).toBe(true)
      held.shift()?.()
    }
    await all
    expect(most).toBe(2)
    expect(bodies(server, '/api/chat').length + bodies(other, '/api/chat').length).toBe(8)
    expect(bodies(server, '/api/chat').length).toBeGreaterThanOrEqual(4)
  })

  test('one that is down or breaks is stood in for by the others', async () => {
    script(other, { '/api/chat': [ollamaReplies.chat(['from the other'])] })
    const down = serve({ host: [await closedUrl(), other.url] })
    for (let call = 0; call < 3; call++) expect((await down.generate(hello)).text).toBe('from the other')
    chats(replies.cutAfter(ollamaReplies.chat(['from ', 'here']), 50))
    const breaking = serve({ host: [server.url, other.url] })
    expect((await breaking.generate(hello)).text).toBe('from the other')
    const none = serve({ host: [await closedUrl(), await closedUrl()] })
    await expect(none.generate(hello)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CONNECTION' })
  })

  test('answers are cached by the name of the model, and not by the host', () => {
    expect(serve({ host: other.url, apiKey: 'a key', pull: true, temperature: 0 }).identity).toEqual({ temperature: 0 })
  })

  test('without one: OLLAMA_HOST, else this machine', () => {
    const account = () => new OllamaChatServing({ model: 'tiny' }).account
    vi.stubEnv('OLLAMA_HOST', '')
    expect(account()).toBe('http://127.0.0.1:11434')
    vi.stubEnv('OLLAMA_HOST', 'gpu-box:9000')
    expect(account()).toBe('http://gpu-box:9000')
    vi.unstubAllEnvs()
  })
})

describe('pull', () => {
  const layer = (completed: number) => ({ status: 'pulling a layer', digest: 'sha256:1', total: 50_000_000, completed })
  const pulled = ollamaReplies.lines(
    { status: 'pulling manifest' },
    ...[0, 4_000_000, 5_000_000, 9_000_000, 26_000_000, 50_000_000].map(layer),
    { status: 'pulling another', digest: 'sha256:2', total: 500, completed: 500 },
    { status: 'success' },
  )

  test('fetches a missing model once for all calls, reports its progress, and then answers', async () => {
    let isThere = false
    script(server, {
      '/api/show': [() => (isThere ? ollamaReplies.show() : missing)],
      '/api/pull': [
        () => {
          isThere = true
          return pulled
        },
      ],
      '/api/chat': [ollamaReplies.chat(['Hi'])],
    })
    const lines: string[] = []
    const onActivity = vi.fn()
    const serving = serve({ pull: true }, keeping(lines))
    const answers = await Promise.all([serving.generate(hello, { onActivity }), serving.generate(hello)])
    expect(answers.map(({ text }) => text)).toEqual(['Hi', 'Hi'])
    expect(bodies(server, '/api/pull')).toEqual([{ name: 'tiny', stream: true }])
    expect(lines).toEqual([
      `the model tiny is not yet on ${server.url}; pulling it once`,
      'pulling tiny: 10 % of 50 MB',
      'pulling tiny: 50 % of 50 MB',
      'pulling tiny: 100 % of 50 MB',
      `the model tiny is on ${server.url} now`,
    ])
    expect(onActivity.mock.calls.length).toBeGreaterThan(7)
  })

  test.each([
    [
      'a name that the registry does not know',
      ollamaReplies.lines({ status: 'pulling manifest' }, { error: 'pull model manifest: file does not exist' }),
    ],
    ['a refused request', ollamaReplies.error(500, 'pull model manifest: file does not exist')],
  ])('%s', async (_, reply) => {
    script(server, { '/api/show': [missing], '/api/pull': [reply] })
    await expect(serve({ pull: true }).generate(hello)).rejects.toMatchObject({
      code: 'MAESTRO_OLLAMA_PULL',
      details: { model: 'tiny', host: server.url, reason: 'pull model manifest: file does not exist' },
      hint: expect.stringContaining('ollama pull tiny'),
    })
  })

  test('goes on when a call is given up, and ends with the serving', async () => {
    script(server, { '/api/show': [missing], '/api/pull': [replies.stallAfter(pulled, 60)] })
    const serving = serve({ pull: true })
    const stop = new AbortController()
    const first = serving.generate(hello, { signal: stop.signal })
    const second = serving.generate(hello)
    await expect.poll(() => server.requests.filter(({ path }) => path === '/api/show').length).toBe(2)
    await expect.poll(() => bodies(server, '/api/pull').length).toBe(1)
    stop.abort()
    await expect(first).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    const outcome = expect(second).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await serving.dispose()
    await outcome
    expect(bodies(server, '/api/pull')).toHaveLength(1)
  })
})
