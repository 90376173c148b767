import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fetchFromHub } from './hugging-face-source.js'
import { resolveModel } from './resolve-model.js'

const content = Buffer.from('GGUF'.repeat(100_000))
const sha256 = createHash('sha256').update(content).digest('hex')
const source = { kind: 'hugging-face', repository: 'maker/tiny', revision: 'main', file: 'q4/tiny model.gguf' } as const

let folder = ''
let server: Server | undefined

/** Stands in for the hub, which HF_ENDPOINT names. */
async function hub(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(started.address() as AddressInfo).port}`
  vi.stubEnv('HF_ENDPOINT', `${address}/`)
  return address
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-hub-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(folder, { recursive: true, force: true })
})

const get = (options = {}) => fetchFromHub(source, join(folder, 'file'), options)

describe('the Hugging Face hub as a source', () => {
  test('follows the redirect to the storage and reports its progress', async () => {
    const asked: (string | undefined)[] = []
    await hub((request, response) => {
      asked.push(request.url)
      if (request.url?.startsWith('/store/')) response.setHeader('content-length', content.length).end(content)
      else response.writeHead(302, { location: '/store/tiny?signature=s', 'x-linked-etag': `"${sha256}"` }).end()
    })
    const seen: (readonly [number, number | undefined])[] = []
    await get({ onProgress: (done: number, total?: number) => seen.push([done, total]) })
    expect((await readFile(join(folder, 'file'))).equals(content)).toBe(true)
    expect(asked).toEqual(['/maker/tiny/resolve/main/q4/tiny%20model.gguf', '/store/tiny?signature=s'])
    expect(seen.at(-1)).toEqual([content.length, content.length])
  })

  test('a file that is not the one that the hub announced is refused', async () => {
    await hub((_, response) => response.setHeader('x-linked-etag', `"${'0'.repeat(64)}"`).end(content))
    await expect(get()).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_HASH',
      details: { expected: '0'.repeat(64), found: sha256 },
    })
  })

  test('a hub that announces another file than the expected one is not read', async () => {
    let isRead = false
    await hub((request, response) => {
      isRead ||= request.url?.startsWith('/store/') === true
      response.writeHead(302, { location: '/store/tiny', 'x-linked-etag': `"${sha256}"` }).end()
    })
    const expected = '1'.repeat(64)
    await expect(get({ sha256: expected })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_HASH',
      details: { expected, found: sha256 },
    })
    expect(isRead).toBe(false)
  })

  test.each<[string, RequestListener, string]>([
    ['a file that is not there', (_, response) => response.writeHead(404).end(), 'the answer is 404 Not Found'],
    ['redirects without end', (_, response) => response.writeHead(302, { location: '/' }).end(), 'redirects'],
    [
      'a connection that breaks off',
      (_, response) => {
        response.setHeader('content-length', content.length)
        response.write(content.subarray(0, 1000), () => response.destroy())
      },
      'other side closed',
    ],
  ])('%s is a clear error', async (_, listener, reason) => {
    await hub(listener)
    await expect(get()).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_DOWNLOAD',
      message: expect.stringContaining(reason),
    })
  })

  test('a hub that refuses connections fails at once, and a silent one after a while', async () => {
    const address = await hub(() => undefined)
    await expect(get({ idleMilliseconds: 20 })).rejects.toMatchObject({
      message: `${address}/maker/tiny/resolve/main/q4/tiny%20model.gguf: nothing arrived for 20 ms`,
    })
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve))
    await expect(get()).rejects.toMatchObject({ details: { reason: expect.stringContaining('ECONNREFUSED') } })
  })

  test('an abort in the middle ends the download with its reason', async () => {
    await hub((_, response) => {
      response.setHeader('content-length', content.length)
      response.write(content.subarray(0, 1000))
    })
    const stop = new AbortController()
    const onProgress = () => stop.abort(new RangeError('enough'))
    await expect(get({ signal: stop.signal, onProgress })).rejects.toThrow('enough')
  })
})

describe('hf: as the name of a model', () => {
  test('is fetched once into the models folder', async () => {
    let asked = 0
    await hub((request, response) => {
      asked++
      expect(request.url).toBe('/maker/tiny/resolve/v1/q4/tiny.gguf')
      response.end(content)
    })
    const path = await resolveModel('hf:maker/tiny@v1/q4/tiny.gguf', { folder })
    expect(path).toBe(join(folder, 'hugging-face', 'maker', 'tiny', 'v1', 'q4', 'tiny.gguf'))
    expect((await readFile(path)).equals(content)).toBe(true)
    await resolveModel('hf:maker/tiny@v1/q4/tiny.gguf', { folder })
    expect(asked).toBe(1)
  })

  test('a download that breaks off leaves nothing, and the error says what was tried and where the file goes', async () => {
    await hub((_, response) => {
      response.setHeader('content-length', content.length)
      response.write(content.subarray(0, 1000), () => response.destroy())
    })
    const path = join(folder, 'hugging-face', 'maker', 'tiny', 'main', 'tiny.gguf')
    await expect(resolveModel('hf:maker/tiny/tiny.gguf', { folder })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_UNREACHABLE',
      message: expect.stringContaining('Hugging Face maker/tiny: http://127.0.0.1'),
      hint: expect.stringContaining(path),
    })
    expect(existsSync(path)).toBe(false)
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  test('a model of sentences is several files; one that it need not have may be missing, but not out of reach', async () => {
    const has = ['onnx/model.onnx', 'tokenizer.json']
    let status = 404
    await hub((request, response) => {
      const file = request.url?.replace('/maker/tiny/resolve/main/', '') ?? ''
      if (has.includes(file)) response.end(content)
      else response.writeHead(status).end()
    })
    const path = await resolveModel('hf:maker/tiny', { folder: join(folder, 'whole') })
    expect(path).toBe(join(folder, 'whole', 'hugging-face', 'maker', 'tiny', 'main', 'onnx', 'model.onnx'))
    status = 500
    await expect(resolveModel('hf:maker/tiny', { folder: join(folder, 'broken') })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_UNREACHABLE',
      message: expect.stringContaining('the answer is 500'),
    })
    has.pop()
    status = 404
    await expect(resolveModel('hf:maker/tiny', { folder: join(folder, 'half') })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_MODEL_UNREACHABLE',
      hint: expect.stringContaining('tokenizer.json'),
    })
  })

  test.each(['hf:tiny.gguf', 'hf:maker', 'hf:maker/tiny/readme.md', 'hf:maker/../../x.gguf', 'hf:a/b/../../../x.gguf'])(
    '%s is no model on the hub',
    async (model) => {
      await expect(resolveModel(model, { folder })).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_MODEL_REFERENCE' })
    },
  )
})
