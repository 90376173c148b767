import { expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import { OpenAIEmbeddingServing } from './embedding-serving.js'
import { OpenAITranscriptionServing } from './transcription-serving.js'

const wrong = { model: 'tiny', baseUrl: 'http://127.0.0.1:1/v1', modle: 'x' }

test.each([
  ['OpenAIChatServing', () => new OpenAIChatServing(wrong)],
  ['OpenAIEmbeddingServing', () => new OpenAIEmbeddingServing(wrong)],
  ['OpenAITranscriptionServing', () => new OpenAITranscriptionServing(wrong)],
])('a wrong option of %s is a typed error that names it', (use, create) => {
  expect(create).toThrow(
    expect.objectContaining({ code: 'MAESTRO_PIPELINE_OPTIONS', message: expect.stringContaining('modle') }),
  )
  expect(create).toThrow(use)
})

test('a value of the wrong type is a typed error, and a duration may be a text', () => {
  const options = { model: 'tiny', baseUrl: 'http://127.0.0.1:1/v1' }
  expect(() => new OpenAIChatServing({ ...options, temperature: -1 })).toThrow(/temperature/)
  expect(new OpenAIChatServing({ ...options, flexTimeout: '5m' }).model).toBe('tiny')
})

test.each([
  ['http://127.0.0.1:1/v1?api-version=1', '`query`'],
  ['http://127.0.0.1:1/v1/chat/completions', '/chat/completions'],
  ['http://127.0.0.1:1/api/generate', '/chat/completions'],
])('the address %s is refused with what to do', (baseUrl, words) => {
  expect(() => new OpenAIChatServing({ model: 'tiny', baseUrl })).toThrow(words)
})
