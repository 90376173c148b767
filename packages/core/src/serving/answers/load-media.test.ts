import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryCache } from '../../builtin/memory-cache.js'
import type { LLMRequest, LLMServing } from '../../contracts/serving.js'
import { imagePart } from '../../media/media-part.js'
import { EnhancedLLMServing } from '../enhanced-llm-serving.js'
import { ServingPlane } from '../serving-plane.js'

const paint = (background: string) =>
  sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .png()
    .toBuffer()

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-media-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('the bytes of an image are part of the key, its name is not', async () => {
  const asked: LLMRequest[] = []
  const provider: LLMServing = {
    kind: 'llm',
    name: 'painter',
    identity: {},
    capabilities: { jsonSchema: false, images: true, audio: false },
    generate: async (request) => {
      asked.push(request)
      return { text: 'seen', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'painter' }
    },
  }
  const plane = new ServingPlane({ cache: createMemoryCache(), media: { directory } })
  const serving = new EnhancedLLMServing(provider, { plane })
  const ask = (data: string) =>
    serving.generate({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, imagePart(data)] }],
    })

  await writeFile(join(directory, 'a.png'), await paint('red'))
  await ask('a.png')
  await ask('a.png')
  await cp(join(directory, 'a.png'), join(directory, 'b.png'))
  await ask('b.png')
  expect(asked).toHaveLength(1)
  expect(asked[0]?.messages[0]?.content).toEqual([
    { type: 'text', text: 'What is it?' },
    { type: 'image', data: expect.any(Uint8Array), mediaType: 'image/png' },
  ])

  await writeFile(join(directory, 'a.png'), await paint('blue'))
  await ask('a.png')
  expect(asked).toHaveLength(2)

  await expect(ask('nowhere.png')).rejects.toMatchObject({ code: 'MAESTRO_MEDIA_MISSING' })
  await expect(ask('../outside.png')).rejects.toMatchObject({ code: 'MAESTRO_MEDIA_PATH_OUTSIDE' })
  expect(asked).toHaveLength(2)
})
