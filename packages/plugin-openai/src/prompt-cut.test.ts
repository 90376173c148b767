import type { LLMRequest } from '@maestro-dataflow/core'
import { openAIReplies, replies, type ScriptedReply, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

type Told = { readonly ps?: object; readonly show?: object }

/** An Ollama server that cuts what does not fit `context` without a word; a word is a token here. */
function ollama(context: number, { ps = {}, show = {} }: Told = {}): ScriptedReply {
  return ({ path, body }) => {
    if (path === '/api/ps') return replies.json(ps)
    if (path === '/api/show') return replies.json(show)
    const sizes: number[] = JSON.parse(body).messages.map(
      (message: { content: string }) => message.content.split(' ').length,
    )
    const sum = () => sizes.reduce((total, size) => total + size, 0)
    while (sizes.length > 1 && sum() > context) sizes.shift()
    const usage = { prompt_tokens: Math.min(sum(), context), completion_tokens: 1, total_tokens: context + 1 }
    const message = { role: 'assistant', content: 'Yes.' }
    const choices = [{ index: 0, finish_reason: 'stop', message }]
    return replies.json({ model: 'm', system_fingerprint: 'fp_ollama', choices, usage })
  }
}

const words = (count: number): string => Array.from({ length: count }, (_, at) => `word${at}`).join(' ')
const turns = (...counts: readonly number[]): LLMRequest => ({
  messages: counts.map((count, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: words(count) })),
})
const ask = (request: LLMRequest) => {
  const serving = new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1` })
  return serving.generate(request).then(
    ({ text }) => text,
    ({ code }) => code,
  )
}
const tooLong = 'MAESTRO_SERVING_CONTEXT_TOO_LONG'

test.each<[string, number, Told]>([
  ['in the list of loaded models', 500, { ps: { models: [{ name: 'm:latest', context_length: 500 }] } }],
  ['as a parameter of the model', 500, { show: { parameters: 'num_ctx    500\nstop  "x"' } }],
  ['nowhere', 3000, {}],
])('Ollama cuts a prompt without a word, and tells its context %s', async (_, context, told) => {
  server.always(ollama(context, told))
  const half = context / 2
  expect(await ask(turns(context + 1))).toBe(tooLong)
  expect(await ask(turns(half, 10, half))).toBe(tooLong)
  expect(await ask(turns(half, 10, half - 20))).toBe('Yes.')
  expect(await ask(turns(context - 1))).toBe('Yes.')
})

test('a prompt that cannot be too long, and one of another server, cost one request', async () => {
  server.always(ollama(3000))
  expect(await ask(turns(3, 3, 3))).toBe('Yes.')
  expect(server.requests.filter(({ path }) => path.endsWith('/completions'))).toHaveLength(1)
  server.reset()
  server.always(openAIReplies.chat('Yes.'))
  expect(await ask(turns(5000, 1, 1))).toBe('Yes.')
  expect(server.requests).toHaveLength(1)
})
