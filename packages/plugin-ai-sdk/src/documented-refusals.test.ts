import { MaestroError } from '@maestro-dataflow/core'
import { type MisbehavingServer, type Reply, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { documentedRefusals, type Refusal } from './__fixtures__/documented-refusals.js'
import { chatServingOf } from './chat-serving.js'

let server: MisbehavingServer
beforeAll(async () => {
  server = await startMisbehavingServer()
})
beforeEach(() => server.reset())
afterAll(() => server.close())

/** What each package reads besides the address and the key. */
const options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '@ai-sdk/amazon-bedrock': { region: 'eu-central-1' },
  '@ai-sdk/openai-compatible': { name: 'played' },
}

function refusalOf({ status, headers = {}, body }: Refusal): Reply {
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain' : 'application/json'
  return { status, headers: { 'content-type': type, ...headers }, body: isText ? body : JSON.stringify(body) }
}

async function failureOf(provider: string, refusal: Refusal): Promise<MaestroError> {
  server.always(refusalOf(refusal))
  const named = { provider, model: 'played', options: { baseURL: server.url, apiKey: 'played', ...options[provider] } }
  const serving = chatServingOf(named, import.meta.dirname, {})
  const error: unknown = await serving
    .generate({ messages: [{ role: 'user', content: 'Hello' }] })
    .catch((thrown: unknown) => thrown)
  if (!MaestroError.is(error)) throw error
  return error
}

describe.each(Object.entries(documentedRefusals))('the refusals of %s', (provider, refusals) => {
  test.each(refusals.map((refusal) => [refusal.code, refusal.status, refusal.title, refusal] as const))(
    '%s: status %i, %s',
    async (code, _, __, refusal) => {
      const error = await failureOf(provider, refusal)
      expect(error).toMatchObject({ code: `MAESTRO_SERVING_${code}` })
      const { rateLimits } = error.details as { rateLimits?: { retryAfterMs?: number } }
      expect(rateLimits?.retryAfterMs).toBe(refusal.waitMs)
    },
  )
})
