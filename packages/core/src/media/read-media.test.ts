import { mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ipaddr from 'ipaddr.js'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { audioPart, filePart, imagePart } from './media-part.js'
import { readMedia } from './read-media.js'

const image = sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
const png = await image.png().toBuffer()
const page = '<!doctype html><html><body>Not found</body></html>'
const svg = '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'

let directory = ''
let root = ''
const servers: Server[] = []
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'maestro-media-'))
  directory = join(root, 'project')
  await mkdir(directory)
  await Promise.all([
    writeFile(join(root, 'secret.png'), png),
    writeFile(join(directory, 'red.png'), png),
    writeFile(join(directory, 'empty.png'), ''),
    writeFile(join(directory, 'page.png'), page),
    writeFile(join(directory, 'drawing.png'), svg),
    symlink(join(root, 'secret.png'), join(directory, 'link.png')),
    mkdir(join(directory, 'folder.png')),
  ])
})
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections()
  await rm(root, { recursive: true, force: true })
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const fails = (part: Parameters<typeof readMedia>[0], access: Parameters<typeof readMedia>[1] = {}) =>
  readMedia(part, { directory, ...access }).then(
    () => 'no error',
    ({ code, details }) => ({ code, details }),
  )

describe('where media come from', () => {
  test.each([
    ['bytes', () => png],
    ['a path of the project', () => 'red.png'],
    ['a path from the root', () => join(directory, 'red.png')],
    ['a file: URL', () => pathToFileURL(join(directory, 'red.png'))],
    ['a file: URL as text', () => pathToFileURL(join(directory, 'red.png')).href],
    ['a data: URL', () => `data:image/png;base64,${png.toString('base64')}`],
  ])('%s', async (_, data) => {
    const media = await readMedia(imagePart(data()), { directory })
    expect(media).toEqual({ type: 'image', data: expect.any(Uint8Array), mediaType: 'image/png' })
    expect(Buffer.compare(media.data, png)).toBe(0)
  })

  test('an address on the web, also by way of others', async () => {
    const url = await serve((request, reply) => {
      if (request.url === '/red') reply.end(png)
      else reply.writeHead(302, { location: request.url === '/moved' ? '/again' : '/red' }).end()
    })
    const media = await readMedia(imagePart(`${url}/moved`), { allowPrivateAddresses: true })
    expect(Buffer.compare(media.data, png)).toBe(0)
  })

  test('a data: URL whose data are written in percents', async () => {
    const media = await readMedia(filePart('data:text/plain,a%20b'))
    expect([Buffer.from(media.data).toString(), media.mediaType]).toEqual(['a b', 'text/plain'])
  })
})

describe('the type of media is found in their bytes', () => {
  const head = (...hex: string[]) => Buffer.concat([Buffer.from(hex.join(''), 'hex'), Buffer.alloc(64)])
  const text = (value: string) => Buffer.from(value).toString('hex')

  test.each([
    ['image/jpeg', () => image.clone().jpeg().toBuffer()],
    ['image/webp', () => image.clone().webp().toBuffer()],
    ['image/gif', () => image.clone().gif().toBuffer()],
    ['image/tiff', () => image.clone().tiff().toBuffer()],
    ['image/avif', () => image.clone().avif().toBuffer()],
    ['image/bmp', () => head(text('BM'))],
  ])('%s', async (mediaType, make) => {
    expect(await readMedia(imagePart(await make(), { mediaType: 'image/png' }))).toMatchObject({ mediaType })
  })

  test.each([
    ['audio/wav', head(text('RIFF'), '00000000', text('WAVE'))],
    ['audio/mpeg', head(text('ID3'))],
    ['audio/mpeg', head('fffb')],
    ['audio/ogg', head(text('OggS'))],
    ['audio/flac', head(text('fLaC'))],
    ['audio/mp4', head('00000018', text('ftypisom'))],
    ['audio/webm', head('1a45dfa3')],
    ['audio/aac', head('fff1')],
  ])('%s', async (mediaType, bytes) => {
    expect(await readMedia(audioPart(bytes))).toMatchObject({ type: 'audio', mediaType })
  })

  test('the type of other files comes from their bytes, or else from what is declared', async () => {
    const name = 'report.pdf'
    expect(await readMedia(filePart(Buffer.from('%PDF-1.7'), { name }))).toMatchObject({
      mediaType: 'application/pdf',
      name,
    })
    const notes = Buffer.from('a,b')
    expect(await readMedia(filePart(notes, { mediaType: 'text/csv' }))).toMatchObject({ mediaType: 'text/csv' })
    expect(await readMedia(filePart(notes))).toMatchObject({ mediaType: 'application/octet-stream' })
  })

  test.each([
    ['page.png', 'image', 'text/html'],
    ['drawing.png', 'image', 'image/svg+xml'],
    ['red.png', 'audio', 'image/png'],
  ] as const)('%s is no %s', async (data, type, found) => {
    expect(await fails({ type, data })).toEqual({
      code: 'MAESTRO_MEDIA_TYPE',
      details: { source: data, expected: type, found },
    })
  })

  test('neither are bytes of no known type, nor a text with pointed brackets', async () => {
    for (const bytes of ['hello', '<b>bold</b>', 'BM'])
      expect(await fails(imagePart(Buffer.from(bytes)))).toMatchObject({
        code: 'MAESTRO_MEDIA_TYPE',
        details: { source: `${bytes.length} bytes`, found: 'an unknown type' },
      })
  })
})

describe('refused sources', () => {
  test('nothing, missing files and folders', async () => {
    expect(await fails(imagePart('empty.png'))).toMatchObject({ code: 'MAESTRO_MEDIA_EMPTY' })
    expect(await fails(imagePart(new Uint8Array()))).toMatchObject({ code: 'MAESTRO_MEDIA_EMPTY' })
    expect(await fails(imagePart('data:image/png;base64,'))).toMatchObject({
      code: 'MAESTRO_MEDIA_EMPTY',
      details: { source: 'data:image/png;base64,' },
    })
    expect(await fails(imagePart('nowhere.png'))).toEqual({
      code: 'MAESTRO_MEDIA_MISSING',
      details: { source: 'nowhere.png' },
    })
    expect(await fails(imagePart('red.png/inside.png'))).toMatchObject({ code: 'MAESTRO_MEDIA_MISSING' })
    expect(await fails(imagePart('folder.png'))).toMatchObject({ code: 'MAESTRO_MEDIA_UNREADABLE' })
  })

  test('50 MB, before it is read', async () => {
    const path = join(directory, 'large.png')
    await using file = await open(path, 'w')
    await file.truncate(50e6)
    expect(await fails(imagePart('large.png'))).toEqual({
      code: 'MAESTRO_MEDIA_TOO_LARGE',
      details: { source: 'large.png', bytes: 50e6, limit: 20 * 1024 * 1024 },
    })
    const data = `data:image/png;base64,${'A'.repeat(40e6)}`
    expect(await fails(imagePart(data))).toMatchObject({ code: 'MAESTRO_MEDIA_TOO_LARGE', details: { bytes: 30e6 } })
    expect(await fails(imagePart(png), { maxBytes: 10 })).toMatchObject({ code: 'MAESTRO_MEDIA_TOO_LARGE' })
    expect(await fails(imagePart('red.png'), { maxBytes: png.length })).toBe('no error')
  })

  test('a large answer of a server is refused by its declared length, or as soon as it is too long', async () => {
    let sent = 0
    const url = await serve((request, reply) => {
      if (request.url === '/told') return void reply.setHeader('content-length', 50e6).write('x')
      const more = () => {
        while (!reply.destroyed && reply.write(Buffer.alloc(64_000))) sent += 64_000
      }
      reply.on('drain', more)
      more()
    })
    for (const path of ['/told', '/endless'])
      expect(await fails(imagePart(url + path), { allowPrivateAddresses: true, maxBytes: 200_000 })).toMatchObject({
        code: 'MAESTRO_MEDIA_TOO_LARGE',
        details: { limit: 200_000 },
      })
    expect(sent).toBeLessThan(20e6)
  })

  test.each([['../secret.png'], ['../nowhere.png'], ['link.png']])(
    '%s, which is outside the project, unless that is allowed',
    async (path) => {
      expect(await fails(imagePart(path))).toEqual({
        code: 'MAESTRO_MEDIA_PATH_OUTSIDE',
        details: { source: path, directory },
      })
      if (path !== '../nowhere.png') expect(await fails(imagePart(path), { allowOutside: true })).toBe('no error')
    },
  )

  test.each([
    'http://127.0.0.1/a.png',
    'http://2130706433/a.png',
    'http://0x7f.1/a.png',
    'http://10.1.2.3/a.png',
    'http://172.16.0.1/a.png',
    'http://192.168.1.1/a.png',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://localhost/a.png',
  ])('%s, before it is asked', async (address) => {
    expect(await fails(imagePart(address))).toMatchObject({ code: 'MAESTRO_MEDIA_ADDRESS_PRIVATE' })
  })

  test('a private address that an open one points to', async () => {
    const { range } = ipaddr.IPv4.prototype
    // This machine has no open address: one of its own counts as such here.
    let isOpen = () => true
    vi.spyOn(os, 'networkInterfaces').mockReturnValue({})
    vi.spyOn(ipaddr.IPv4.prototype, 'range').mockImplementation(function (this: ipaddr.IPv4) {
      return this.toString() === '127.0.0.1' && isOpen() ? 'unicast' : range.call(this)
    })
    const asked: (string | undefined)[] = []
    const url = await serve((request, reply) => {
      asked.push(request.url)
      const host = request.url === '/address' ? '127.0.0.2' : 'localhost'
      reply.writeHead(302, { location: `http://${host}:${request.socket.localPort}/inside` }).end()
    })
    try {
      for (const path of ['/address', '/name']) {
        if (path === '/name') isOpen = () => !asked.includes('/name')
        expect(await fails(imagePart(url + path))).toMatchObject({ code: 'MAESTRO_MEDIA_ADDRESS_PRIVATE' })
      }
      expect(asked).toEqual(['/address', '/name'])
    } finally {
      vi.restoreAllMocks()
    }
  })

  test('a server that leads nowhere', async () => {
    const url = await serve((request, reply) => {
      const location = request.url === '/file' ? 'file:///etc/hostname' : request.url
      reply.writeHead(302, { location }).end()
    })
    const allow = { allowPrivateAddresses: true }
    expect(await fails(imagePart(`${url}/file`), allow)).toMatchObject({
      code: 'MAESTRO_MEDIA_UNREADABLE',
      details: { reason: 'it redirects to file:' },
    })
    expect(await fails(imagePart(`${url}/circle`), allow)).toMatchObject({
      code: 'MAESTRO_MEDIA_UNREADABLE',
      details: { reason: 'more than 5 redirects' },
    })
  })

  test('a file that a server refuses is an error that is final or temporary', async () => {
    const url = await serve((request, reply) => {
      if (request.url === '/reset') return void reply.socket?.resetAndDestroy()
      reply.writeHead(Number(request.url?.slice(1))).end()
    })
    const allow = { allowPrivateAddresses: true }
    for (const [path, code, retryable] of [
      ['/404', 'MAESTRO_MEDIA_MISSING', false],
      ['/403', 'MAESTRO_MEDIA_UNREADABLE', false],
      ['/503', 'MAESTRO_MEDIA_FETCH', true],
      ['/429', 'MAESTRO_MEDIA_FETCH', true],
      ['/reset', 'MAESTRO_MEDIA_FETCH', true],
    ] as const)
      await expect(readMedia(imagePart(url + path), allow)).rejects.toMatchObject({ code, retryable })
  })

  test('other schemes and broken data', async () => {
    for (const data of ['ftp://example.com/a.png', 'data:image/png', 'data:image/png,%zz'])
      expect(await fails(imagePart(data))).toMatchObject({ code: 'MAESTRO_MEDIA_UNREADABLE' })
  })

  test('a password in an address stays out of the error', async () => {
    const url = await serve((_, reply) => reply.writeHead(404).end())
    const part = imagePart(url.replace('//', '//ann:hidden@'))
    expect(JSON.stringify(await fails(part, { allowPrivateAddresses: true }))).not.toContain('hidden')
  })

  test('an abort ends the reading', async () => {
    const url = await serve(() => undefined)
    const stop = new AbortController()
    const reading = readMedia(imagePart(url), { allowPrivateAddresses: true, signal: stop.signal })
    stop.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    await expect(readMedia(imagePart('red.png'), { directory, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
