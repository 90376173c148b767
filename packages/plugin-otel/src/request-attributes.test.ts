import type { RequestDoneEvent } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { inputMessages, requestAttributes, requestName } from './request-attributes.js'

const event: RequestDoneEvent = {
  serving: 'embedder',
  provider: 'test',
  model: 'tiny',
  kind: 'embedding',
  from: 'cache',
  durationMs: 0,
  waitedMs: 0,
  tries: 0,
}

test('other kinds of servings have attributes, and unknown values have none', () => {
  expect(requestName(event)).toBe('embeddings tiny')
  expect(requestName({ ...event, kind: 'rerank' })).toBe('rerank tiny')
  expect(requestAttributes(event)).toEqual({
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': 'test',
    'gen_ai.request.model': 'tiny',
    'maestro.serving': 'embedder',
    'maestro.request.from': 'cache',
    'maestro.request.tries': 0,
    'maestro.request.waited_ms': 0,
  })
})

test('a chat in plain texts, and media by address', () => {
  const data = new URL('https://example.com/a.png')
  const messages = inputMessages({
    messages: [
      { role: 'system', content: 'Look.' },
      { role: 'user', content: [{ type: 'image', data, mediaType: 'image/png' }] },
    ],
  })
  expect(JSON.parse(messages)).toEqual([
    { role: 'system', parts: [{ type: 'text', content: 'Look.' }] },
    { role: 'user', parts: [{ type: 'uri', modality: 'image', mime_type: 'image/png', uri: data.href }] },
  ])
})
