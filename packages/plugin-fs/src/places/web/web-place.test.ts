import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, expect, test } from 'vitest'
import { failure, temporaryProject } from '../../__fixtures__/temporary-project.js'
import fs from '../../index.js'
import type { FileSourceOptions } from '../../options.js'

const { path, read, copy, write } = temporaryProject()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that sends ranges of a content. */
const ranged =
  (content: () => Buffer, note: (range: string | undefined) => void = () => undefined): RequestListener =>
  (asked, reply) => {
    const { range } = asked.headers
    note(range)
    const whole = content()
    const [, start = '0', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    const part = whole.subarray(Number(start), Number(end) + 1)
    reply
      .writeHead(206, {
        etag: `"${whole.toString('hex').length}-${whole.at(-2)}"`,
        'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${whole.length}`,
      })
      .end(part)
  }

async function rows(source: FileSourceOptions, allowPrivateAddresses = true): Promise<unknown[]> {
  const project = maestro({ plugins: [fs], directory: path('.'), logLevel: 'silent', allowPrivateAddresses })
  await project.run(pipeline('rows').read('fs.file', source).write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }))
  return read('out.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a web address is read in ranges, in every format', async () => {
  write('in.jsonl', '{"id":"007","n":1}\n{"id":"008","n":2}\n')
  for (const format of ['jsonl', 'csv', 'parquet', 'xlsx', 'jsonl.gz']) {
    await copy({ path: 'in.jsonl' }, { path: `in.copy.${format}` })
    const base = await serve(ranged(() => readFileSync(path(`in.copy.${format}`))))
    const n = format === 'csv' ? ['1', '2'] : [1, 2]
    expect(await rows({ path: `${base}/rows.${format}?signature=secret` })).toEqual([
      { id: '007', n: n[0] },
      { id: '008', n: n[1] },
    ])
  }
})

test('row groups of Parquet in which no row can match are not transferred', async () => {
  const noise = (n: number) =>
    Array.from({ length: 8 }, (_, part) => createHash('sha512').update(`${n} ${part}`).digest('hex')).join('')
  write('in.jsonl', Array.from({ length: 1200 }, (_, n) => `${JSON.stringify({ n, noise: noise(n) })}\n`).join(''))
  await copy({ path: 'in.jsonl' }, { path: 'in.copy.parquet', rowGroup: 100 })
  const content = readFileSync(path('in.copy.parquet'))
  let sent = 0
  const base = await serve(
    ranged(
      () => content,
      (range) => {
        const [, start = '0', end = '0'] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
        sent += Math.min(Number(end) + 1, content.length) - Number(start)
      },
    ),
  )
  const read = { path: `${base}/rows.parquet`, columns: ['n', 'noise'] }
  expect(await rows({ ...read, where: { n: { min: 1199 } } })).toEqual([{ n: 1199, noise: noise(1199) }])
  const few = sent
  sent = 0
  expect(await rows(read)).toHaveLength(1200)
  expect(few).toBeLessThan(sent / 2)
})

test('a server that knows no ranges is read too, and its content is bounded', async () => {
  const base = await serve((_, reply) => reply.end('{"a":1}\n{"a":2}\n'))
  expect(await rows({ path: `${base}/a.jsonl` })).toEqual([{ a: 1 }, { a: 2 }])
  const bounded = { path: `${base}/a.jsonl`, web: { maxSize: 10 } }
  expect(await failure(rows(bounded))).toMatchObject({ message: expect.stringContaining('the limit is 10') })
  const large = await serve((_, reply) =>
    reply.writeHead(206, { etag: '"a"', 'content-range': 'bytes 0-0/100000000000' }).end('x'),
  )
  expect(await failure(rows({ path: `${large}/a.jsonl` }))).toMatchObject({
    message: expect.stringContaining('100000000000 bytes'),
  })
})

test.each([
  { name: 'a.csv', encoding: 'gzip', encode: gzipSync },
  { name: 'a.csv', encoding: 'zstd', encode: zstdCompressSync },
  { name: 'a.csv.gz', encoding: 'gzip', encode: gzipSync },
  { name: 'a.jsonl', encoding: 'x-gzip', encode: gzipSync },
])('a file $name that is sent with Content-Encoding $encoding is decoded', async ({ name, encoding, encode }) => {
  const content = encode(
    name.includes('csv') ? 'word,n\ntea,1\n牛奶,2\n' : '{"word":"tea","n":"1"}\n{"word":"牛奶","n":"2"}\n',
  )
  const whole = await serve((_, reply) => reply.setHeader('content-encoding', encoding).end(content))
  const parts = await serve((asked, reply) => {
    reply.setHeader('content-encoding', encoding)
    ranged(() => content)(asked, reply)
  })
  for (const base of [whole, parts])
    expect(await rows({ path: `${base}/${name}` })).toEqual([
      { word: 'tea', n: '1' },
      { word: '牛奶', n: '2' },
    ])
})

test('an encoding that cannot be read is named, and no byte of it becomes a row', async () => {
  const base = await serve((_, reply) => reply.setHeader('content-encoding', 'br').end(brotliCompressSync('a\n1\n')))
  expect(await failure(rows({ path: `${base}/a.csv` }))).toMatchObject({
    message: expect.stringContaining('Content-Encoding br'),
  })
  const typed = await serve((_, reply) => reply.setHeader('content-encoding', 'gzip').end(gzipSync('PAR1')))
  expect(await failure(rows({ path: `${typed}/a.parquet` }))).toMatchObject({
    message: expect.stringContaining('Content-Encoding gzip'),
  })
})

test('a part of a file that has another length by now is refused, although the server names no version', async () => {
  const lines = (count: number) => Buffer.from('{"a":1}\n'.repeat(count))
  const base = await serve((asked, reply) => {
    const isFirst = asked.headers.range === 'bytes=0-0'
    const [, start = '0', end = '0'] = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '') ?? []
    const content = lines(isFirst ? 10 : 9)
    const part = content.subarray(Number(start), Number(end) + 1)
    if (isFirst) reply.setHeader('etag', '"first"')
    reply
      .writeHead(206, { 'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${content.length}` })
      .end(part)
  })
  expect(await failure(rows({ path: `${base}/a.jsonl` }))).toMatchObject({
    message: expect.stringContaining('was changed while it was read'),
  })
})

test('private addresses are refused unless they are allowed, also behind a redirect', async () => {
  let asked = 0
  const base = await serve((_, reply) => {
    asked++
    reply.end('{"a":1}\n')
  })
  for (const host of [base, base.replace('127.0.0.1', 'localhost'), 'http://169.254.169.254', 'http://[::1]:9'])
    expect(await failure(rows({ path: `${host}/a.jsonl` }, false))).toMatchObject({
      message: expect.stringContaining('in a private network or on this machine'),
    })
  expect(asked).toBe(0)
})

test('redirects are followed without the headers of the first host; too many are refused', async () => {
  const seen: (string | undefined)[] = []
  const target = await serve((asked, reply) => {
    seen.push(asked.headers.authorization)
    reply.end('{"a":1}\n')
  })
  const base = await serve((asked, reply) => {
    seen.push(asked.headers.authorization)
    reply.writeHead(302, { location: asked.url === '/round.jsonl' ? '/round.jsonl' : `${target}/x` }).end()
  })
  const web = { headers: { authorization: 'Bearer key-of-the-test' } }
  expect(await rows({ path: `${base}/a.jsonl`, web })).toEqual([{ a: 1 }])
  expect(new Set(seen)).toEqual(new Set([web.headers.authorization, undefined]))
  expect(await failure(rows({ path: `${base}/round.jsonl` }))).toMatchObject({
    message: expect.stringContaining('redirects more than 5 times'),
  })
})

test('a file that is missing, busy for a while, or not readable without signing in', async () => {
  let busy = 1
  const base = await serve((asked, reply) => {
    if (asked.url === '/busy.jsonl' && busy-- > 0) return void reply.writeHead(503, { 'retry-after': '0' }).end()
    if (asked.url === '/busy.jsonl') return void reply.end('{"a":1}\n')
    reply.writeHead(asked.url === '/secret.jsonl' ? 401 : 404).end()
  })
  expect(await rows({ path: `${base}/busy.jsonl` })).toEqual([{ a: 1 }])
  expect(await failure(rows({ path: `${base}/a.jsonl` }))).toMatchObject({
    message: expect.stringContaining('does not exist'),
  })
  expect(await failure(rows({ path: `${base}/secret.jsonl` }))).toMatchObject({
    message: expect.stringContaining('401'),
  })
})

test('a file that changes while it is read stops the run', async () => {
  let text = '{"a":1}\n'.repeat(10)
  const base = await serve(
    ranged(
      () => Buffer.from(text),
      (range) => {
        if (range === 'bytes=0-79') text = '{"a":2}\n'.repeat(10).replace('2}\n', '3] ').replace(/\}\n$/, ']\n')
      },
    ),
  )
  expect(await failure(rows({ path: `${base}/a.jsonl` }))).toMatchObject({
    message: expect.stringContaining('was changed while it was read'),
  })
})

test('nothing is written to a web address', async () => {
  write('in.jsonl', '{"a":1}\n')
  expect(await failure(copy({ path: 'in.jsonl' }, { path: 'https://example.com/a.jsonl' }))).toMatchObject({
    message: expect.stringContaining('Nothing can be written'),
  })
})
