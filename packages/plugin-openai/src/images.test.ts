import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  audioPart,
  EnhancedLLMServing,
  filePart,
  imagePart,
  type MediaPart,
  ServingPlane,
} from '@maestro-dataflow/core'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'
import { fitImage } from './fit-image.js'
import { imageSize } from './image-size.js'

const server = await startMisbehavingServer()
server.always(openAIReplies.chat('A cat.'))
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maestro-images-'))
})
beforeEach(() => {
  server.reset()
  server.always(openAIReplies.chat('A cat.'))
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

const paint = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'tomato' } })

const serve = (options: Partial<OpenAIChatOptions> = {}) =>
  new OpenAIChatServing(
    { model: 'a-model', baseUrl: server.url, capabilities: { images: true, audio: true }, ...options },
    { directory },
  )

/** What reached the server of one part, beside a text. */
async function send(part: MediaPart, options: Partial<OpenAIChatOptions> = {}) {
  const content = [{ type: 'text' as const, text: 'What is it?' }, part]
  await serve(options).generate({ messages: [{ role: 'user', content }] })
  const { messages } = server.requests.at(-1)?.json<{ messages: { content: Record<string, unknown>[] }[] }>() ?? {}
  expect(messages?.[0]?.content[0]).toEqual({ type: 'text', text: 'What is it?' })
  return messages?.[0]?.content[1]
}

async function sendImage(part: MediaPart, options: Partial<OpenAIChatOptions> = {}) {
  const { image_url } = (await send(part, options)) as { image_url: { url: string; detail?: string } }
  const [, type = '', data = ''] = /^data:([^;]+);base64,(.*)$/.exec(image_url.url) ?? []
  const bytes = Buffer.from(data, 'base64')
  return { type, bytes, ...(await sharp(bytes).metadata()), detail: image_url.detail }
}

describe('images on the wire', () => {
  test('one within the limit goes as it is: from bytes, a path, a data: URL', async () => {
    const png = await paint(64, 32).png().toBuffer()
    await writeFile(join(directory, 'cat.png'), png)
    for (const data of [png, 'cat.png', `data:image/png;base64,${png.toString('base64')}`]) {
      const image = await sendImage(imagePart(data))
      expect(image).toMatchObject({ type: 'image/png', width: 64, height: 32, detail: undefined })
      expect(Buffer.compare(image.bytes, png)).toBe(0)
    }
  })

  test.each([
    ['image/png', 'png'],
    ['image/jpeg', 'jpeg'],
    ['image/webp', 'webp'],
  ] as const)('a large %s is made smaller and keeps its type and its form', async (type, format) => {
    const data = await paint(3000, 1500).toFormat(format).toBuffer()
    expect(await sendImage(imagePart(data))).toMatchObject({ type, format, width: 2048, height: 1024 })
    const image = { maxSide: 512, detail: 'low' as const }
    expect(await sendImage(imagePart(data), { image })).toMatchObject({ type, width: 512, height: 256, detail: 'low' })
  })

  test.each(['tiff', 'avif'] as const)('a %s becomes a PNG', async (format) => {
    const data = await paint(64, 32).toFormat(format).toBuffer()
    expect(await sendImage(imagePart(data))).toMatchObject({ type: 'image/png', width: 64, height: 32 })
  })

  test('an image that lies on its side is turned when it is made smaller', async () => {
    const data = await paint(3000, 1500).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    expect(await sendImage(imagePart(data))).toMatchObject({ width: 1024, height: 2048 })
  })

  test('one that ends in the middle', async () => {
    const whole = await paint(3000, 1500).png().toBuffer()
    await expect(send(imagePart(whole.subarray(0, whole.length / 2)))).rejects.toMatchObject({
      code: 'MAESTRO_OPENAI_IMAGE',
    })
    expect(server.requests).toHaveLength(0)
  })

  test.each([
    ['a missing file', imagePart('nowhere.png'), 'MAESTRO_MEDIA_MISSING'],
    ['nothing', imagePart(new Uint8Array()), 'MAESTRO_MEDIA_EMPTY'],
    ['a page', imagePart(Buffer.from('<html></html>')), 'MAESTRO_MEDIA_TYPE'],
    ['an SVG', imagePart(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), 'MAESTRO_MEDIA_TYPE'],
    ['50 MB', imagePart(Buffer.alloc(50e6)), 'MAESTRO_MEDIA_TOO_LARGE'],
    ['an address in a private network', imagePart('http://192.168.0.1/cat.png'), 'MAESTRO_MEDIA_ADDRESS_PRIVATE'],
  ])('%s is refused before anything is sent, with the plane or without', async (_, part, code) => {
    await expect(send(part)).rejects.toMatchObject({ code })
    const plane = new ServingPlane({ media: { directory } })
    const call = new EnhancedLLMServing(serve(), { plane }).generate({ messages: [{ role: 'user', content: [part] }] })
    await expect(call).rejects.toMatchObject({ code })
    expect(server.requests).toHaveLength(0)
  })

  test('without sharp, images that need no change are sent, and others name the package to install', async () => {
    vi.doMock('sharp', () => {
      throw new Error("Cannot find package 'sharp'")
    })
    const small = { data: await paint(64, 32).png().toBuffer(), mediaType: 'image/png' }
    expect(await fitImage(small, 64)).toBe(small)
    await expect(fitImage(small, 63)).rejects.toMatchObject({
      code: 'MAESTRO_OPENAI_SHARP_MISSING',
      message: expect.stringContaining('64 x 32 pixels, more than 63'),
      hint: expect.stringContaining('npm install sharp'),
    })
    vi.doUnmock('sharp')
  })
})

describe('the size in an image header', () => {
  test.each([
    ['image/png', (image: Sharp) => image.png()],
    ['image/gif', (image: Sharp) => image.gif()],
    ['image/jpeg', (image: Sharp) => image.jpeg()],
    ['image/jpeg', (image: Sharp) => image.jpeg({ progressive: true }).withMetadata({ icc: 'p3' })],
    ['image/webp', (image: Sharp) => image.webp()],
    ['image/webp', (image: Sharp) => image.webp({ lossless: true })],
    ['image/webp', (image: Sharp) => image.webp().withMetadata({ icc: 'p3' })],
  ])('%s', async (_, format) => {
    for (const [width, height] of [
      [300, 7],
      [1, 1021],
    ] as const) {
      const data = await format(paint(width, height)).toBuffer()
      expect(await imageSize(data)).toEqual({ width, height })
      for (const length of [3, 8]) expect(await imageSize(new Uint8Array(data.subarray(0, length)))).toBeUndefined()
    }
  })
})

describe('other media on the wire', () => {
  const wav = Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.alloc(20)])

  test('recordings in the formats that are taken', async () => {
    expect(await send(audioPart(wav))).toEqual({
      type: 'input_audio',
      input_audio: { data: wav.toString('base64'), format: 'wav' },
    })
    expect(await send(audioPart(Buffer.from('ID3 and so on')))).toMatchObject({ input_audio: { format: 'mp3' } })
    await expect(send(audioPart(Buffer.from('fLaC and so on')))).rejects.toMatchObject({
      code: 'MAESTRO_OPENAI_AUDIO',
      details: { mediaType: 'audio/flac' },
    })
  })

  test('files', async () => {
    const pdf = Buffer.from('%PDF-1.7')
    expect(await send(filePart(pdf, { name: 'report.pdf' }))).toEqual({
      type: 'file',
      file: { filename: 'report.pdf', file_data: `data:application/pdf;base64,${pdf.toString('base64')}` },
    })
  })

  test('a model that is not known to see or to hear', async () => {
    const png = await paint(4, 4).png().toBuffer()
    await expect(send(imagePart(png), { capabilities: {} })).rejects.toMatchObject({
      code: 'MAESTRO_OPENAI_MEDIA',
      hint: expect.stringContaining('capabilities: { images: true }'),
    })
    await expect(send(audioPart(wav), { capabilities: { images: true } })).rejects.toMatchObject({
      code: 'MAESTRO_OPENAI_MEDIA',
      hint: expect.stringContaining('capabilities: { audio: true }'),
    })
    const messages = [{ role: 'system' as const, content: [imagePart(png)] }]
    await expect(serve().generate({ messages })).rejects.toMatchObject({ code: 'MAESTRO_OPENAI_MEDIA_ROLE' })
    expect(server.requests).toHaveLength(0)
  })
})
