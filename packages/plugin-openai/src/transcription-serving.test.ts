import { EnhancedTranscriptionServing } from '@maestro-dataflow/core'
import { replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAITranscriptionServing } from './transcription-serving.js'
import type { OpenAITranscriptionOptions } from './transcription-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const audio = { data: Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.alloc(64)]), mediaType: 'audio/x-wav' }
const serve = (options: Partial<OpenAITranscriptionOptions> = {}) =>
  new EnhancedTranscriptionServing(
    new OpenAITranscriptionServing({ model: 'whisper-1', baseUrl: `${server.url}/v1`, ...options }),
    { settings: { retries: 0 } },
  )
/** The form that reached the server. */
const form = () => server.requests[0]?.body ?? ''
const field = (name: string) => new RegExp(`name="${name}"\r\n\r\n(.*)\r\n`).exec(form())?.[1]

test('a recording becomes text, with its length', async () => {
  server.next(replies.json({ text: 'Hello there.', duration: 1.5 }))
  const result = await serve({ prompt: 'Greetings' }).transcribe(audio, { language: 'en' })
  expect(result).toEqual({ text: 'Hello there.', durationSeconds: 1.5, model: 'whisper-1' })
  expect(server.requests[0]).toMatchObject({ path: '/v1/audio/transcriptions' })
  expect(form()).toContain('filename="audio.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF....WAVE')
  expect(['model', 'language', 'prompt', 'response_format'].map(field)).toEqual([
    'whisper-1',
    'en',
    'Greetings',
    'verbose_json',
  ])
})

test('newer models tell tokens', async () => {
  server.next(replies.json({ text: 'Hello', usage: { type: 'tokens', input_tokens: 12, output_tokens: 3 } }))
  const result = await serve({ model: 'gpt-4o-transcribe', language: 'de' }).transcribe(audio)
  expect(result).toMatchObject({ text: 'Hello', usage: { inputTokens: 12, outputTokens: 3 } })
  expect([field('response_format'), field('language')]).toEqual(['json', 'de'])
})

test('faults are typed, and bytes that are not a recording are not sent', async () => {
  server.next(replies.error(413, 'Too large'), replies.htmlPage())
  await expect(serve().transcribe(audio)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_REQUEST_TOO_LARGE' })
  await expect(serve().transcribe(audio)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
  const text = { data: Buffer.from('no sound'), mediaType: 'audio/wav' }
  await expect(serve().transcribe(text)).rejects.toMatchObject({ code: 'MAESTRO_MEDIA_TYPE' })
  expect(server.requests).toHaveLength(2)
})
