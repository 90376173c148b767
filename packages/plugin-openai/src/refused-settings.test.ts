import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const serve = (options: Partial<OpenAIChatOptions>) =>
  new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1`, ...options })
const messages = [{ role: 'user', content: 'Good or bad?' }] as const

/** Plays a server that refuses each of these settings in its own words. */
function refuse(refusals: Readonly<Record<string, string>>): void {
  server.always((request) => {
    const refused = Object.keys(request.json()).find((name) => name in refusals)
    return refused === undefined ? openAIReplies.chat('bad') : replies.error(400, refusals[refused] ?? '')
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
])('%s that the server refuses is left out from then on, with a warning', async (name, options, words) => {
  refuse({ [name]: words })
  const serving = serve(options)
  const warning = expect.stringContaining(`\`${name}\``)
  expect(await serving.generate({ messages })).toMatchObject({ text: 'bad', warnings: [warning] })
  expect(await serving.generate({ messages })).toMatchObject({ text: 'bad', warnings: [warning] })
  expect(server.requests).toHaveLength(3)
})

test('several refused settings, one after the other', async () => {
  refuse({ temperature: "'temperature' is not supported", top_p: "'top_p' is not supported" })
  expect((await serve({ temperature: 0, topP: 1 }).generate({ messages })).warnings).toHaveLength(2)
  expect(server.requests).toHaveLength(3)
})

test('the maximum tokens are sent by their other name', async () => {
  const words =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
  refuse({ max_tokens: words })
  expect(await serve({ maxTokens: 7 }).generate({ messages })).not.toHaveProperty('warnings')
  expect(server.requests.at(-1)?.json()).toMatchObject({ max_completion_tokens: 7 })
  server.reset()
  refuse({ max_tokens: words, max_completion_tokens: "'max_completion_tokens' is not supported" })
  await expect(serve({ maxTokens: 7 }).generate({ messages })).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_BAD_REQUEST',
  })
})

test.each(['temperature must be at most 2', 'The text mentions temperature.', 'This language is not supported.'])(
  'another refusal is passed on: %s',
  async (words) => {
    server.always(replies.error(400, words))
    await expect(serve({ temperature: 3 }).generate({ messages })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_BAD_REQUEST',
    })
    expect(server.requests).toHaveLength(1)
  },
)
