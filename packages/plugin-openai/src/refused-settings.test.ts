import { EnhancedLLMServing, type LLMResult, ServingPlane } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

/** Asks once; the warnings are those of the call. */
function serve(options: Partial<OpenAIChatOptions>) {
  const warnings: string[] = []
  const serving = new EnhancedLLMServing(
    new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1`, apiKey: 'the key of this test', ...options }),
    {
      plane: new ServingPlane({ observer: { requestDone: (event) => void warnings.push(...(event.warnings ?? [])) } }),
    },
  )
  return async (more = {}): Promise<LLMResult & { readonly warned: readonly string[] }> => {
    const result = await serving.generate({ messages: [{ role: 'user', content: 'Good or bad?' }], ...more })
    return { ...result, warned: warnings.splice(0) }
  }
}

/** Plays a server that refuses each of these settings in its own words. */
function refuse(refusals: Readonly<Record<string, string>>): void {
  server.always((request) => {
    const refused = Object.keys(request.json()).find((name) => name in refusals)
    return refused === undefined ? openAIReplies.chat('bad END') : replies.error(400, refusals[refused] ?? '')
  })
}

test.each<[string, Partial<OpenAIChatOptions>, string]>([
  [
    'temperature',
    { temperature: 0.2 },
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
  ],
  ['top_p', { topP: 0.5 }, "Unsupported parameter: 'top_p' is not supported with this model."],
  ['top_k', { topK: 5 }, 'Unrecognized request argument supplied: top_k'],
  ['seed', { seed: 1 }, '[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]'],
  [
    'reasoning_effort',
    { reasoningEffort: 'low' },
    "AsyncCompletions.create() got an unexpected keyword argument 'reasoning_effort'",
  ],
  ['service_tier', { tier: 'auto' }, 'Unknown parameter: service_tier'],
])(
  '%s of the config that the server refuses is left out from then on, with a warning',
  async (name, options, words) => {
    refuse({ [name]: words })
    const ask = serve(options)
    const warned = [`The model m does not accept \`${Object.keys(options)[0]}\`, which is not sent.`]
    expect(await ask()).toMatchObject({ text: 'bad END', warned })
    expect(await ask()).toMatchObject({ text: 'bad END', warned })
    expect(server.requests).toHaveLength(3)
  },
)

test('the texts that end an answer are looked for in it, if the server refuses those of the config', async () => {
  refuse({ stop: "'stop' is not supported with this model" })
  expect(await serve({ stop: ['END'] })()).toMatchObject({ text: 'bad ', warned: [expect.stringContaining('`stop`')] })
})

test('the setting of a request and that of the config are left out together', async () => {
  refuse({ temperature: "'temperature' is not supported" })
  expect((await serve({ temperature: 0 })({ temperature: 1 })).warned).toHaveLength(1)
  expect(server.requests).toHaveLength(2)
})

test('several refused settings, one after the other', async () => {
  refuse({ temperature: "'temperature' is not supported", top_p: "'top_p' is not supported" })
  expect((await serve({ temperature: 0, topP: 1 })()).warned).toHaveLength(2)
  expect(server.requests).toHaveLength(3)
})

test('the options of a stream that the server refuses are left out', async () => {
  refuse({ stream_options: 'Unknown parameter: stream_options' })
  expect(await serve({ stream: true })()).toMatchObject({ text: 'bad END' })
  expect(server.requests.at(-1)?.json()).toMatchObject({ stream: true })
})

test('the maximum tokens are sent by their other name', async () => {
  const words =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
  refuse({ max_tokens: words })
  expect((await serve({ maxTokens: 7 })()).warned).toEqual([])
  expect(server.requests.at(-1)?.json()).toMatchObject({ max_completion_tokens: 7 })
  server.reset()
  refuse({ max_tokens: words, max_completion_tokens: "'max_completion_tokens' is not supported" })
  await expect(serve({ maxTokens: 7 })()).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BAD_REQUEST' })
  expect(server.requests).toHaveLength(2)
})

test.each(['temperature must be at most 2', 'The text mentions temperature.', 'This language is not supported.'])(
  'another refusal is passed on: %s',
  async (words) => {
    server.always(replies.error(400, words))
    await expect(serve({ temperature: 3 })()).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BAD_REQUEST' })
    expect(server.requests).toHaveLength(1)
  },
)
