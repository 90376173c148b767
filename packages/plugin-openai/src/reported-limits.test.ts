import { EnhancedLLMServing } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const windowMs = 150
/** A timer may fire a little early. */
const slackMs = 20

/** In which forms servers say that one call per window is allowed and none is left. */
const forms: Readonly<Record<string, (seconds: number) => Readonly<Record<string, string>>>> = {
  'for requests': (seconds) => ({
    'x-ratelimit-limit-requests': '1',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': `PT${seconds}S`,
  }),
  'without a unit': (seconds) => ({
    'x-ratelimit-limit': '1',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(seconds),
  }),
  'in the fields of the IETF': (seconds) => ({
    'ratelimit-limit': '1, 1;w=1',
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(seconds),
  }),
  'in the field of the IETF with a policy': (seconds) => ({
    ratelimit: `"default";r=0;t=${seconds}`,
    'ratelimit-policy': '"default";q=1;w=1',
  }),
}

test.each(Object.keys(forms))(
  'a limit that a server reports %s is respected from the first answer on',
  async (form) => {
    let last = Number.NEGATIVE_INFINITY
    server.always(() => {
      const now = performance.now()
      if (now - last < windowMs - slackMs) return replies.error(429, 'Slow down')
      last = now
      const reply = openAIReplies.chat('bad')
      return { ...reply, headers: { ...reply.headers, ...forms[form]?.(windowMs / 1000) } }
    })
    // Each form has an account of its own, whose limits nothing else has taught.
    const provider = new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1`, apiKey: form })
    const serving = new EnhancedLLMServing(provider, { settings: { retries: 0 } })
    for (let call = 0; call < 3; call++)
      await serving.generate({ messages: [{ role: 'user', content: `Good or bad? ${call}` }] })
    expect(server.requests).toHaveLength(3)
  },
)
