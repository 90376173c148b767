import { describeLLMServing, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import plugin, { AcmeChat } from '../src/index.js'
import { startApi } from './api.js'

let api: Awaited<ReturnType<typeof startApi>>
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describePlugin(plugin)
describeLLMServing(() => new AcmeChat({ model: 'small', baseUrl: api.url, apiKey: 'a-secret-key' }), {
  // The API of these tests gives the same answer to each way of sampling.
  samples: false,
  skip: { 'answers fit a JSON schema': 'the API of these tests has no model that fills in a schema' },
})

test('the key is in no description of the serving', () => {
  const { name, account, identity } = new AcmeChat({ model: 'small', baseUrl: api.url, apiKey: 'a-secret-key' })
  expect(JSON.stringify([name, account, identity])).not.toContain('a-secret-key')
})
