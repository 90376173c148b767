import { EnhancedLLMServing, ServingPlane } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, expect, test } from 'vitest'
import { chatServingOf } from './chat-serving.js'

const server = await startMisbehavingServer()
afterAll(() => server.close())

test('settings of the config that the server refuses are left out from then on, with a warning', async () => {
  server.always((request) => {
    const refused = Object.keys(request.json()).find((name) => ['temperature', 'top_p', 'stop'].includes(name))
    return refused === undefined
      ? openAIReplies.chat('bad END good')
      : replies.error(400, `Unsupported parameter: '${refused}' is not supported with this model.`)
  })
  const options = { name: 'played', baseURL: `${server.url}/v1`, apiKey: 'played' }
  const settings = { temperature: 0.3, topP: 0.5, stop: ['END'] }
  const given = { provider: '@ai-sdk/openai-compatible', model: 'm', options, ...settings }
  const warned: string[] = []
  const serving = new EnhancedLLMServing(chatServingOf(given, import.meta.dirname, {}), {
    plane: new ServingPlane({ observer: { requestDone: ({ warnings = [] }) => void warned.push(...warnings) } }),
  })
  const ask = () => serving.generate({ messages: [{ role: 'user', content: 'Good or bad?' }] })
  expect((await ask()).text).toBe('bad ')
  expect(server.requests).toHaveLength(4)
  expect((await ask()).text).toBe('bad ')
  expect(server.requests).toHaveLength(5)
  for (const name of Object.keys(settings)) expect(warned.join(' ')).toContain(`\`${name}\``)
})
