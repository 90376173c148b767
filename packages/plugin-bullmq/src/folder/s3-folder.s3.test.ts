import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { describeSharedFolder } from '../__fixtures__/describe-shared-folder.js'
import { S3Folder } from './s3-folder.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the S3 server; undefined where it is not installed. */
    s3: string | undefined
  }
}

const endpoint = inject('s3')
const access = { region: 'eu-west-1', accessKeyId: 'unused', secretAccessKey: 'unused' }

describe.skipIf(endpoint === undefined)('a bucket', () => {
  const s3 = { ...access, endpoint }
  beforeAll(async () => {
    await fetch(`${endpoint}/shared.folder`, {
      method: 'PUT',
      body: '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>',
    })
  })

  describe('with a prefix', () => {
    describeSharedFolder(() => new S3Folder("s3://shared.folder/a b & (c)/it's", s3))
  })

  test('that does not exist is named, with what the service says', async () => {
    await expect(new S3Folder('s3://no.such.bucket/x', s3).list('tasks')).rejects.toMatchObject({
      code: 'MAESTRO_BULLMQ_BUCKET',
      message: expect.stringMatching(/s3:\/\/no\.such\.bucket cannot be used: NoSuchBucket/),
    })
  })
})

describe('a service', () => {
  let server: Server | undefined
  afterEach(() => server?.close())
  afterAll(() => server?.closeAllConnections())

  /** A service that answers with these states in turn, and with the last one from then on. */
  function answering(...states: readonly number[]): Promise<S3Folder> {
    const left = [...states]
    return started((request, response) => {
      request.resume().on('end', () => response.writeHead((left.length > 1 ? left.shift() : left[0]) ?? 500).end())
    })
  }

  async function started(listener: RequestListener, silenceMs?: number): Promise<S3Folder> {
    server = createServer(listener)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return new S3Folder('s3://bucket/x', { ...access, endpoint: `http://127.0.0.1:${port}` }, silenceMs)
  }

  test('that is busy for a moment is asked again', async () => {
    const folder = await answering(503, 500, 200)
    await expect(folder.write('file', 'text')).resolves.toBeUndefined()
  })

  test('whose connection is lost without a word is asked on another one', async () => {
    const ports: (number | undefined)[] = []
    const folder = await started((request, response) => {
      ports.push(request.socket.remotePort)
      if (ports.length > 1) response.end('text')
    }, 200)
    expect(await folder.read('file')).toBe('text')
    expect(new Set(ports).size).toBe(2)
  })

  test('that answers slowly is not given up, however long its answer is', async () => {
    const folder = await started(async (_, response) => {
      for (let piece = 0; piece < 8; piece++) {
        response.write('piece ')
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      response.end()
    }, 1000)
    expect(await folder.read('file')).toBe('piece '.repeat(8))
  })

  test('that takes no notice of a condition is not used: a late worker could replace a result', async () => {
    const folder = await answering(200)
    await expect(folder.create('partitions/p.result.json', '{}')).rejects.toMatchObject({
      code: 'MAESTRO_BULLMQ_BUCKET',
      message: expect.stringContaining('If-None-Match'),
    })
  })

  test('gives a long list in several answers', async () => {
    const page = (name: string, next: string) =>
      `<ListBucketResult>${next}<Contents><Key>x/tasks/${name}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>`
    const folder = await started((request, response) => {
      const isSecond = new URL(request.url ?? '', 'http://host').searchParams.get('continuation-token') === 'a+b/c='
      const next = '<IsTruncated>true</IsTruncated><NextContinuationToken>a+b/c=</NextContinuationToken>'
      response.setHeader('date', 'Thu, 01 Jan 2026 00:00:07 GMT')
      response.end(isSecond ? page('second.json', '<IsTruncated>false</IsTruncated>') : page('first.json', next))
    })
    expect(await folder.list('tasks')).toEqual([
      { name: 'first.json', age: 7000 },
      { name: 'second.json', age: 7000 },
    ])
  })

  test('that names another region is asked there, from then on', async () => {
    const regions: (string | undefined)[] = []
    const folder = await started((request, response) => {
      const region = /\/([^/]+)\/s3\/aws4_request/.exec(request.headers.authorization ?? '')?.[1]
      regions.push(region)
      const isThere = region === 'eu-south-2'
      if (!isThere) response.setHeader('x-amz-bucket-region', 'eu-south-2')
      request.resume().on('end', () => response.writeHead(isThere ? 200 : 301).end(isThere ? 'text' : ''))
    })
    expect(await folder.read('file')).toBe('text')
    expect(await folder.read('file')).toBe('text')
    expect(regions).toEqual([expect.not.stringContaining('eu-south-2'), 'eu-south-2', 'eu-south-2'])
  })

  /** A bucket that creates objects on condition, and then does something else than to say so. */
  async function creating(answer: (turn: number, response: ServerResponse, status: number) => void) {
    const objects = new Map<string, string>()
    let turn = 0
    const folder = await started(async (request, response) => {
      const key = request.url ?? ''
      const body = Buffer.concat(await Array.fromAsync(request)).toString()
      if (request.method === 'GET') {
        response.writeHead(objects.has(key) ? 200 : 404).end(objects.get(key))
        return
      }
      if (request.method === 'DELETE' || key.includes('clocks/')) {
        const isThere = objects.has(key)
        if (!isThere) objects.set(key, body)
        response.writeHead(isThere && request.method === 'PUT' ? 412 : 200).end()
        return
      }
      const status = objects.has(key) ? 412 : 200
      if (status === 200) objects.set(key, body)
      answer(turn++, response, status)
    })
    return { folder, objects }
  }

  const lost: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'says that it is busy': (response) => response.writeHead(503).end(),
    'says that writers have met': (response) => response.writeHead(409).end(),
    'breaks off': (response) => response.destroy(),
  }
  for (const [what, lose] of Object.entries(lost))
    test(`that creates an object and ${what}: it is this writer's, and a later one loses`, async () => {
      const { folder, objects } = await creating((turn, response, status) =>
        turn === 0 ? lose(response) : response.writeHead(status).end(),
      )
      expect(await folder.create('partitions/p.result.json', 'first')).toBe(true)
      expect(await folder.create('partitions/p.result.json', 'late')).toBe(false)
      expect([...objects.values()]).toContain('first')
      expect([...objects.values()]).not.toContain('late')
    })

  test('that loses the answer to a late writer says that another one was first', async () => {
    const { folder } = await creating((turn, response, status) =>
      turn === 1 ? response.writeHead(503).end() : response.writeHead(status).end(),
    )
    expect(await folder.create('partitions/p.result.json', 'first')).toBe(true)
    expect(await folder.create('partitions/p.result.json', 'late')).toBe(false)
  })

  test.each([-3, 5])('whose clock is %i hours ahead is given its own time', async (hours) => {
    const ahead = hours * 3_600_000
    let refused = 0
    const folder = await started((request, response) => {
      const [, year, month, day, hour, minute] =
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(String(request.headers['x-amz-date'])) ?? []
      const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`)
      const isRefused = Math.abs(signedAt - Date.now() - ahead) > 15 * 60_000
      if (isRefused) refused++
      response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
      response.writeHead(isRefused ? 403 : 200).end()
    })
    expect(await folder.has('a')).toBe(true)
    expect(await folder.read('b')).toBe('')
    expect(refused).toBe(1)
  })

  test('that refuses the key is not asked again', async () => {
    const folder = await answering(403, 200)
    await expect(folder.read('file')).rejects.toMatchObject({ code: 'MAESTRO_BULLMQ_BUCKET' })
  })
})
