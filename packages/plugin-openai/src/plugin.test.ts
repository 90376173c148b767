import { defineOperator, env, pipeline, SERVINGS } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import openai from './plugin.js'

const server = await startMisbehavingServer()
afterAll(() => server.close())
afterEach(() => vi.unstubAllEnvs())

/** Asks the serving of the config. */
const ask = defineOperator({
  name: 'ask',
  kind: 'map',
  options: z.object({}),
  adds: { answer: 'string', first: 'number' },
  servings: () => [
    { kind: 'llm', name: 'default' },
    { kind: 'embedding', name: 'embedder' },
  ],
  inject: [SERVINGS],
  create: (_, [servings]) => {
    const chat = servings.get('default', 'llm')
    const embedder = servings.get('embedder', 'embedding')
    return async (row, context) => {
      const { text } = await chat.generate({ messages: [{ role: 'user', content: String(row.text) }] }, context)
      const { vectors } = await embedder.embed([text], context)
      return { ...row, answer: text, first: vectors[0]?.[0] ?? 0 }
    }
  },
})

const project = (servings: Record<string, { use: string; [option: string]: unknown }>) =>
  maestro({ plugins: [openai], servings })

test('the servings of a config', async () => {
  server.always((request) => {
    if (request.path === '/v1/embeddings') return openAIReplies.vectors(request)
    const { messages } = request.json<{ messages: { content: string }[] }>()
    return openAIReplies.chat(`${messages[0]?.content}!`)
  })
  const baseUrl = `${server.url}/v1`
  const made = project({
    default: { use: 'openai.chat', model: 'm', baseUrl, cache: false },
    embedder: { use: 'openai.embeddings', model: 'e', baseUrl, cache: false },
  })
  const rows: unknown[] = []
  for await (const row of made.rows(
    pipeline('p')
      .from([{ text: 'one' }, { text: 'three' }])
      .step(ask, {}),
  ))
    rows.push(row)
  await made.dispose()
  expect(rows).toEqual([
    { text: 'one', answer: 'one!', first: 4 },
    { text: 'three', answer: 'three!', first: 6 },
  ])
})

test('required options may come from the environment', async () => {
  vi.stubEnv('MODEL_OF_THE_TEST', 'm')
  vi.stubEnv('ENDPOINT_OF_THE_TEST', server.url)
  server.always((request) =>
    request.path.endsWith('/embeddings') ? openAIReplies.vectors(request) : openAIReplies.chat('fine'),
  )
  const made = project({
    default: {
      use: 'openai.chat',
      model: env('MODEL_OF_THE_TEST'),
      azure: { endpoint: env('ENDPOINT_OF_THE_TEST') },
      apiKey: 'played',
    },
    embedder: { use: 'openai.embeddings', model: 'e', baseUrl: `${server.url}/v1` },
  })
  const rows = await Array.fromAsync(
    made.rows(
      pipeline('p')
        .from([{ text: 'x' }])
        .step(ask, {}),
    ),
  )
  await made.dispose()
  expect(rows).toMatchObject([{ answer: 'fine' }])
})

test.each([
  [{ baseUrl: 'localhost:11434/v1' }, /baseUrl.*http:\/\//],
  [{ baseUrl: 'ftp://example.com' }, /baseUrl.*http:\/\//],
  [{ baseUrl: 'not an address' }, /baseUrl/],
  [{ baseUrl: 'https://example.com/v1/chat/completions' }, /baseUrl.*before \/chat\/completions/],
  [{ baseUrl: 'https://ann:word@example.com/v1' }, /baseUrl.*user or a password/],
  [{ baseUrl: 'https://example.com', azure: { endpoint: 'https://example.com' } }, /azure.*baseUrl/],
  [{ model: '' }, /model/],
  [{ temperature: -1 }, /temperature/],
  [{ topP: 2 }, /topP/],
  [{ maxTokens: 0 }, /maxTokens/],
  [{ jsonMode: 'always' }, /jsonMode/],
  [{ tempreature: 1 }, /Did you mean "temperature"/],
])('options that are wrong are named: %o', async (options, message) => {
  const made = project({
    default: { use: 'openai.chat', model: 'm', ...options },
    embedder: { use: 'openai.embeddings', model: 'e', baseUrl: server.url },
  })
  const rows = made.rows(
    pipeline('p')
      .from([{ text: 'x' }])
      .step(ask, {}),
  )
  await expect(rows.next()).rejects.toMatchObject({ message: expect.stringMatching(message) })
  await made.dispose()
})
