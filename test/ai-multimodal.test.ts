// Images and recordings as they go over the wire: parts, media types, sizes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import openai from '@maestro-dataflow/plugin-openai'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'

const directory = join(import.meta.dirname, '../packages/plugin-ai/src/__fixtures__/media')
const bytes = (name: string) => readFileSync(join(directory, name))

test('several images of a row are image parts with their bytes, in order, and no text holds them', async () => {
  const server = await startMisbehavingServer()
  server.next(openAIReplies.chat('A sign and a menu.'))
  const project = maestro({
    directory,
    plugins: [ai, openai],
    servings: {
      default: { use: 'openai.chat', model: 'any', baseUrl: `${server.url}/v1`, capabilities: { images: true } },
    },
  })
  const looks = pipeline('looks')
    .from([{ photos: ['sign.png', 'menu.png'], caption: 'Lunch' }])
    .step('ai.multimodal', { inputs: { image: 'photos', text: 'caption' } })
  const preview = await project.preview(looks, 1)
  expect(preview.rejects).toEqual([])
  const [request] = server.requests
  const { messages } = JSON.parse(String(request?.body)) as {
    messages: { role: string; content: string | { type: string; text?: string; image_url?: { url: string } }[] }[]
  }
  const content = messages.at(-1)?.content
  expect(Array.isArray(content) && content.map(({ type }) => type)).toEqual(['text', 'image_url', 'image_url'])
  const urls = Array.isArray(content) ? content.flatMap(({ image_url: image }) => image?.url ?? []) : []
  const sent = urls.map((url) => /^data:image\/png;base64,(.*)$/.exec(url)?.[1])
  expect(sent).toEqual([bytes('sign.png').toString('base64'), bytes('menu.png').toString('base64')])
  expect(JSON.stringify(messages[0])).not.toContain('base64')
  await project.dispose()
  await server.close()
})

test('a recording goes as a file with its media type, and its text comes back', async () => {
  const server = await startMisbehavingServer()
  server.next(replies.json({ text: 'Good morning.' }))
  const project = maestro({
    directory,
    plugins: [ai, openai],
    servings: { transcription: { use: 'openai.transcription', model: 'any', baseUrl: `${server.url}/v1` } },
  })
  const heard = pipeline('heard')
    .from([{ sound: 'tone.wav' }])
    .step('ai.multimodal', { task: 'transcribe', inputs: { audio: 'sound' }, output: 'said', spoken: 'en' })
  expect(await Array.fromAsync(project.rows(heard))).toEqual([{ sound: 'tone.wav', said: 'Good morning.' }])
  const [request] = server.requests
  const body = String(request?.body)
  expect(body).toMatch(/content-type: audio\/wav/i)
  expect(body).toMatch(/name="language"\r\n\r\nen/)
  await project.dispose()
  await server.close()
})
