import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, expect, test } from 'vitest'
import { failure, temporaryProject } from '../../__fixtures__/temporary-project.js'
import fs from '../../index.js'

const { path, read } = temporaryProject()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const contents = (keys: readonly string[]) =>
  keys.map((key) => `<Contents><Key>${key}</Key><Size>8</Size><ETag>"${key}"</ETag></Contents>`).join('')

/** A service that lists objects in parts, and sends each of them. @param part The part after a token. */
async function service(
  part: (token: string | null, turn: number) => string,
  object = '{"a":1}\n',
  headers = {},
): Promise<string> {
  let turn = 0
  const server = createServer((asked, reply) => {
    const { searchParams } = new URL(asked.url ?? '', 'http://service')
    if (searchParams.get('list-type') === '2') reply.end(part(searchParams.get('continuation-token'), turn++))
    else if (asked.method === 'HEAD' && asked.url?.endsWith('.csv') !== true) reply.writeHead(404).end()
    else reply.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(object) }).end(object)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function rows(endpoint: string, given = 's3://bucket/d/'): Promise<number> {
  const project = maestro({ plugins: [fs], directory: path('.'), logLevel: 'silent' })
  const s3 = { endpoint, accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' }
  await project.run(
    pipeline('rows').read('fs.file', { path: given, s3 }).write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }),
  )
  return read('out.jsonl').trim().split('\n').length
}

const listing = (keys: readonly string[], more = '') =>
  `<ListBucketResult>${contents(keys)}${more}</ListBucketResult>\n`
const goesOn = (token: string) =>
  `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`

test('a listing in parts is read to its end', async () => {
  const endpoint = await service((token) =>
    token === null ? listing(['d/1.jsonl', 'd/2.jsonl'], goesOn('a')) : listing(['d/3.jsonl']),
  )
  expect(await rows(endpoint)).toBe(3)
})

test.each([
  {
    which: 'does not say how it goes on',
    part: () => listing(['d/1.jsonl'], '<IsTruncated>true</IsTruncated>'),
    reason: 'does not say how it goes on',
  },
  {
    which: 'begins the same part again',
    part: () => listing(['d/1.jsonl'], goesOn('a')),
    reason: 'begins the same part again',
  },
  { which: 'is cut off', part: () => listing(['d/1.jsonl', 'd/2.jsonl']).slice(0, -30), reason: 'has no end' },
])('a listing that $which is an error, and not a part of the rows', async ({ part, reason }) => {
  expect(await failure(rows(await service(part)))).toMatchObject({ message: expect.stringContaining(reason) })
})

test('an object that was stored with Content-Encoding is decoded by its own path, and refused in a listing', async () => {
  const content = gzipSync('a\n1\n2\n')
  const endpoint = await service(
    () => listing(['d/1.csv']).replace('<Size>8<', `<Size>${content.length}<`),
    content as never,
    {
      'content-encoding': 'gzip',
      etag: '"d/1.csv"',
    },
  )
  expect(await rows(endpoint, 's3://bucket/d/1.csv')).toBe(2)
  expect(await failure(rows(endpoint))).toMatchObject({ message: expect.stringContaining('Content-Encoding gzip') })
})
