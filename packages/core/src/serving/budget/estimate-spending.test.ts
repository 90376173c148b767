import { expect, test } from 'vitest'
import { estimateRequest, mostTokens } from './estimate-spending.js'

test('a text has no more tokens than bytes, in any language', () => {
  for (const text of ['', 'hello world', '你好，世界', '👍🏽', 'x'.repeat(100_000)])
    expect(mostTokens(text)).toBeGreaterThanOrEqual(new TextEncoder().encode(text).length)
})

test('a request: messages, media, schema and the longest answer', () => {
  const short = estimateRequest({ messages: [{ role: 'user', content: 'abc' }], maxTokens: 5 })
  expect(short.output).toBe(5)
  expect(short.input).toBeGreaterThan(3)
  expect(short.input).toBeLessThan(30)
  const image = { type: 'image' as const, data: new Uint8Array(9), mediaType: 'image/png' }
  const seen = estimateRequest({ messages: [{ role: 'user', content: [{ type: 'text', text: 'abc' }, image] }] })
  expect(seen.input).toBeGreaterThan(1000)
  expect(seen.output).toBeGreaterThan(0)
  const held = estimateRequest({ messages: [], schema: { type: 'object', description: 'x'.repeat(100) } })
  expect(held.input).toBeGreaterThan(100)
})
