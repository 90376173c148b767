import { defineOperator, definePlugin, pipeline, SERVINGS, type ServingConfig } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { startMisbehavingServer } from '@maestro-dataflow/testkit'
import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ollamaReplies, script } from './__fixtures__/ollama-replies.js'
import plugin from './plugin.js'

const server = await startMisbehavingServer()
afterAll(() => server.close())

describePlugin(plugin)

/** Asks a chat and an embedding serving about each row. */
const ask = defineOperator({
  name: 'test.ask',
  kind: 'map',
  options: z.strictObject({ images: z.boolean().default(false) }),
  inject: [SERVINGS],
  servings: ({ images }) => [
    { kind: 'llm', name: 'default', capabilities: images ? ['images'] : [] },
    { kind: 'embedding', name: 'embedder' },
  ],
  create:
    (_, [servings]) =>
    async () => {
      const { text } = await servings.get('default', 'llm').generate({ messages: [{ role: 'user', content: 'Hello' }] })
      const { vectors } = await servings.get('embedder', 'embedding').embed([text])
      return { text, length: vectors[0]?.[0] }
    },
})
const asking = definePlugin({
  name: 'asking',
  manifest: { apiVersion: 1, contributes: { operators: { 'test.ask': 'Asks' } } },
  operators: [ask],
})

async function run(chat: Partial<ServingConfig> = {}, images = false): Promise<readonly unknown[]> {
  const host = server.url
  const project = maestro({
    plugins: [plugin, asking],
    servings: {
      default: { use: 'ollama.chat', model: 'tiny', host, ...chat } as ServingConfig,
      embedder: { use: 'ollama.embeddings', model: 'tiny', host },
    },
  })
  const asked = pipeline('asked')
    .from([{ id: 1 }])
    .step('test.ask' as never, { images } as never)
  try {
    return await Array.fromAsync(project.rows(asked))
  } finally {
    await project.dispose()
  }
}

test('both servings come from the config and answer through the serving plane', async () => {
  script(server, { '/api/chat': [ollamaReplies.chat(['Hello'])], '/api/embed': [ollamaReplies.vectors] })
  expect(await run({ retries: 0, limits: { concurrency: 1 } })).toEqual([{ text: 'Hello', length: 5 }])
})

test('a model that is said not to see is found when the plan is made', async () => {
  await expect(run({ images: false } as never, true)).rejects.toMatchObject({
    message: expect.stringContaining('images'),
  })
})

test.each([
  [{ host: 'http://me:word@gpu-box' }, 'an address such as'],
  [{ host: [] }, 'host'],
  [{ host: [{ url: 'a', concurrency: 0 }] }, 'host'],
  [{ numctx: 8192 }, 'contextTokens'],
  [{ reasoningEffort: 'very' }, 'reasoningEffort'],
])('wrong options are told: %j', async (options, words) => {
  const failure = await run(options as never).catch((error: Error) => error)
  expect(JSON.stringify(failure)).toContain(words)
  expect(JSON.stringify(failure)).not.toContain('me:word')
})
