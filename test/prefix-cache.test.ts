import { pipeline, prompt } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import aiSdk from '@maestro-dataflow/plugin-ai-sdk'
import { replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'

interface Block {
  readonly text: string
  readonly cache_control?: object
}

/** Anthropic's API: what a mark covers is in the cache from the answer on, and a mark that reads it costs no write. */
async function startCachingServer() {
  const server = await startMisbehavingServer()
  const charged = { read: 0, written: 0, plain: 0 }
  const cache = new Set<string>()
  server.always(async (request) => {
    const { messages } = request.json<{ messages: readonly { content: readonly Block[] }[] }>()
    const blocks = messages.flatMap(({ content }) => content)
    const text = blocks.map(({ text }) => text).join('')
    const marked = blocks.findLastIndex(({ cache_control }) => cache_control !== undefined)
    const prefix = blocks
      .slice(0, marked + 1)
      .map(({ text }) => text)
      .join('')
    const isCached = prefix !== '' && cache.has(prefix)
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (prefix !== '') cache.add(prefix)
    const length = prefix.length / 4
    charged.plain += text.length / 4 - length
    charged[isCached ? 'read' : 'written'] += length
    return replies.json({
      id: 'message-1',
      type: 'message',
      role: 'assistant',
      model: 'played',
      content: [{ type: 'text', text: text.slice(-2) }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: Math.ceil(text.length / 4 - length),
        output_tokens: 1,
        cache_read_input_tokens: isCached ? length : 0,
        cache_creation_input_tokens: isCached ? 0 : length,
      },
    })
  })
  return { server, charged }
}

test('rows about the same long document read it from the cache of Anthropic, and keep their order', async () => {
  const { server, charged } = await startCachingServer()
  const project = maestro({
    plugins: [ai, aiSdk],
    servings: {
      default: {
        use: 'ai-sdk.chat',
        provider: '@ai-sdk/anthropic',
        model: 'played',
        options: { baseURL: `${server.url}/v1`, apiKey: 'played' },
        price: { input: 3, output: 15, cachedInput: 0.3, cacheWriteInput: 3.75 },
      },
    },
  })
  const documents = ['A', 'B', 'C', 'D'].map((name) => `${name}: `.padEnd(8200, 'A long document. '))
  // The rows about a document are not next to each other.
  const rows = Array.from({ length: 40 }, (_, row) => ({ document: documents[row % 4], number: 10 + row }))
  const asking = pipeline('asking')
    .from(rows)
    .step('ai.generate', { prompt: prompt('{{document}} What about {{number}}'), output: 'answer' })
  const answers: unknown[] = []
  for await (const row of project.rows(asking)) answers.push(row.answer)
  expect(answers).toEqual(rows.map(({ number }) => String(number)))
  // Each document is written once. Before that, it may be sent once without a mark, while nobody knows that others share
  // it. Only the last characters of a prompt belong to no whole block.
  const all = charged.read + charged.written + charged.plain
  expect(server.requests).toHaveLength(40)
  expect(charged.read / all).toBeGreaterThan(0.75)
  expect(charged.written / all).toBeLessThan(0.15)
  await project.dispose()
  await server.close()
})
