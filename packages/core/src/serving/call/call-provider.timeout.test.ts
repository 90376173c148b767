import { expect, test } from 'vitest'
import type { LLMServing } from '../../contracts/serving.js'
import { EnhancedLLMServing } from '../enhanced-llm-serving.js'

test('a time-out given with a call bounds it, tries and waiting included', async () => {
  let tries = 0
  const silent: LLMServing = {
    kind: 'llm',
    name: 'silent',
    capabilities: { jsonSchema: false, images: false, audio: false },
    generate: () => {
      tries++
      return new Promise(() => undefined)
    },
  }
  const serving = new EnhancedLLMServing(silent, { settings: { timeout: 60_000 } })
  const call = serving.generate({ messages: [{ role: 'user', content: 'Hello' }] }, { timeout: 5 })
  await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_TIMEOUT', details: { milliseconds: 5 } })
  expect(tries).toBe(1)
})
