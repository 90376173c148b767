import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, type Row, readText, s3Connection } from '@maestro-dataflow/core'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { failure, temporaryProject } from '../../__fixtures__/temporary-project.js'
import type { FoundFile } from '../../found-file.js'
import { Bucket } from './bucket.js'
import { listObjects } from './bucket-objects.js'
import { s3Place } from './s3-place.js'
import { uploadObject } from './upload-object.js'

declare module 'vitest' {
  interface ProvidedContext {
    s3: string | undefined
  }
}

/** What the server between does with a request; undefined to pass it on. */
type Act = number | 'lost' | 'cut' | 'expired' | 'empty' | 'missing' | undefined

const url = inject('s3') ?? ''
const credentials = { accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' }
const s3 = { endpoint: url, ...credentials }

describe.skipIf(url === '')('files of a bucket', () => {
  const { write, path, project, copy, rows, files } = temporaryProject()
  let name = ''
  beforeEach(async () => {
    name = `rows-${randomBytes(6).toString('hex')}`
    expect((await fetch(`${url}/${name}`, { method: 'PUT' })).status).toBe(200)
  })
  const bucket = (endpoint = url) => new Bucket(name, s3Connection({ ...s3, endpoint }))
  const keys = async () => (await Array.fromAsync(listObjects(bucket(), ''))).map(({ key }) => key)
  const put = async (key: string, text: string) => {
    const reply = await bucket().request({ method: 'PUT', key, body: text })
    expect(reply.status).toBe(200)
    reply.body.destroy()
  }
  const textOf = async (key: string) => readText(await bucket().request({ key }))
  /** Uploads that were begun and neither finished nor removed. */
  const unfinished = async () => (await (await fetch(`${url}/${name}?uploads`)).text()).includes('<Upload>')
  const rowsOf = async (given: string, endpoint = url) => (await rows({ path: given, s3: { ...s3, endpoint } })).rows

  for (const format of ['jsonl', 'csv', 'parquet', 'xlsx', 'jsonl.gz', 'csv.zst', 'json'])
    test(`rows go to ${format} in a bucket and come back as they were`, async () => {
      write('in.jsonl', '{"id":"007","word":"tea"}\n{"id":"008","word":"牛奶"}\n')
      const report = await copy({ path: 'in.jsonl' }, { path: `s3://${name}/a b/rows+1.${format}`, s3 })
      expect(JSON.stringify(report)).toContain(`s3://${name}/a b/rows+1.${format}`)
      expect(await keys()).toEqual([`a b/rows+1.${format}`])
      expect(await rowsOf(`s3://${name}/a b/rows+1.${format}`)).toEqual([
        { id: '007', word: 'tea' },
        { id: '008', word: '牛奶' },
      ])
      expect(files().sort()).toEqual(['in.jsonl', 'rows.out.jsonl'])
    })

  test('globs and folders choose objects; hidden ones and other formats are left out', async () => {
    for (const key of ['d/1.jsonl', 'd/2.jsonl', 'd/e/3.jsonl', 'd/notes.pdf', 'd/_SUCCESS.jsonl', 'z.jsonl'])
      await put(key, `{"key":${JSON.stringify(key)}}\n`)
    expect(await rowsOf(`s3://${name}/d/*[12].jsonl`)).toEqual([{ key: 'd/1.jsonl' }, { key: 'd/2.jsonl' }])
    const all = [{ key: 'd/1.jsonl' }, { key: 'd/2.jsonl' }, { key: 'd/e/3.jsonl' }]
    expect(await rowsOf(`s3://${name}/d/`)).toEqual(all)
    expect(await rowsOf(`s3://${name}/d`)).toEqual(all)
    expect(await rowsOf(`s3://${name}/**/3.jsonl`)).toEqual([{ key: 'd/e/3.jsonl' }])
  })

  test('objects have any names, and are found by them, in folders and by globs', async () => {
    const names = ['a b', 'a+b', 'a%2Fb', 'a&b=c', '牛奶', 'é', '(x)', "o'b", '~!,;@$', '100%', 'a"b<c>', '😀']
    for (const one of names) await put(`k/${one}.jsonl`, `${JSON.stringify({ name: one })}\n`)
    const sorted = (list: readonly Row[]) => list.map((row) => String(row.name)).sort()
    expect(sorted(await rowsOf(`s3://${name}/k/`))).toEqual([...names].sort())
    expect(sorted(await rowsOf(`s3://${name}/k/*.jsonl`))).toEqual([...names].sort())
    for (const one of names) {
      expect(await rowsOf(`s3://${name}/k/${one}.jsonl`), one).toEqual([{ name: one }])
      await copy({ path: `s3://${name}/k/${one}.jsonl`, s3 }, { path: `s3://${name}/out/${one}.jsonl`, s3 })
      expect(await textOf(`out/${one}.jsonl`), one).toBe(`${JSON.stringify({ name: one })}\n`)
    }
  })

  test('an object that stands for a folder is no file, and a path with two slashes is one of its own', async () => {
    await put('d/', '')
    await put('d/a.jsonl', '{"n":1}\n')
    await put('d//b.jsonl', '{"n":2}\n')
    expect(await rowsOf(`s3://${name}/d/`)).toEqual([{ n: 2 }, { n: 1 }])
    expect(await rowsOf(`s3://${name}/d//b.jsonl`)).toEqual([{ n: 2 }])
  })

  test('a list of more than a thousand objects is complete', async () => {
    const place = s3Place(s3, { directory: path('.'), allowOutside: false })
    for (let start = 0; start < 1050; start += 50)
      await Promise.all(Array.from({ length: 50 }, (_, index) => put(`many/${start + index}.jsonl`, '{}\n')))
    expect(await place.find(`s3://${name}/many/`, undefined)).toHaveLength(1050)
  })

  test('an object is not replaced unless that is asked for, even if it appears while the run writes', async () => {
    write('in.jsonl', '{"a":1}\n')
    await put('a.jsonl', 'old\n')
    const sink = { path: `s3://${name}/a.jsonl`, s3 } as const
    expect(await failure(copy({ path: 'in.jsonl' }, sink))).toMatchObject({
      message: expect.stringContaining('exists already'),
    })
    expect(await textOf('a.jsonl')).toBe('old\n')
    await copy({ path: 'in.jsonl' }, { ...sink, mode: 'overwrite' })
    expect(await textOf('a.jsonl')).toBe('{"a":1}\n')
    const upload = { key: 'a.jsonl', path: path('in.jsonl'), replace: false }
    expect(await failure(uploadObject(bucket(), upload))).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_EXISTS' })
  })

  test('objects are extended, merged by a key, and laid out by columns, as files of this machine are', async () => {
    write('in.jsonl', '{"id":"1","k":"a"}\n{"id":"2","k":"b"}\n')
    for (const path of ['a.csv', 'a.parquet'])
      for (let turn = 0; turn < 2; turn++)
        await copy({ path: 'in.jsonl' }, { path: `s3://${name}/${path}`, s3, mode: 'append' })
    expect(await textOf('a.csv')).toBe('id,k\n1,a\n2,b\n1,a\n2,b\n')
    expect(await rowsOf(`s3://${name}/a.parquet`)).toHaveLength(4)
    await copy({ path: 'in.jsonl' }, { path: `s3://${name}/a.csv`, s3, mode: 'upsert', key: 'id' })
    expect(await textOf('a.csv')).toBe('id,k\n1,a\n2,b\n')
    const parts = { path: `s3://${name}/p/rows.jsonl`, s3, partitionBy: ['k'] } as const
    await copy({ path: 'in.jsonl' }, parts)
    expect((await keys()).filter((key) => key.startsWith('p/'))).toEqual(['p/k=a/rows.jsonl', 'p/k=b/rows.jsonl'])
    expect(await rowsOf(`s3://${name}/p/`)).toEqual([
      { id: '1', k: 'a' },
      { id: '2', k: 'b' },
    ])
    expect(await failure(copy({ path: 'in.jsonl' }, parts))).toMatchObject({
      message: expect.stringContaining('exists already'),
    })
  })

  test('lists that do not show new objects yet, or still show removed ones, lose and replace nothing', async () => {
    write('in.jsonl', '{"id":"1","k":"a"}\n')
    await put('a.csv', 'id,k\n9,z\n')
    await put('p/k=a/rows.jsonl', '{"id":"old"}\n')
    const isList = ({ method, url }: IncomingMessage) => method === 'GET' && /[?&]list-type=2/.test(url ?? '')
    const late = await proxy((asked) => (isList(asked) ? 'empty' : undefined))
    const through = { ...s3, endpoint: late.url }
    expect(await rowsOf(`s3://${name}/a.csv`, late.url)).toEqual([{ id: '9', k: 'z' }])
    await copy({ path: 'in.jsonl' }, { path: `s3://${name}/a.csv`, s3: through, mode: 'append' })
    expect(await textOf('a.csv')).toBe('id,k\n9,z\n1,a\n')
    await copy({ path: 'in.jsonl' }, { path: `s3://${name}/a.csv`, s3: through, mode: 'upsert', key: 'id' })
    expect(await textOf('a.csv')).toBe('id,k\n9,z\n1,a\n')
    const parts = { path: `s3://${name}/p/rows.jsonl`, s3: through, partitionBy: ['k'] } as const
    expect(await failure(copy({ path: 'in.jsonl' }, parts))).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_EXISTS' })
    expect(await textOf('p/k=a/rows.jsonl')).toBe('{"id":"old"}\n')
    // Of an object that is listed and gone, the run does not make an empty one.
    const gone = await proxy((asked) => (asked.url?.includes('rows.jsonl') && !isList(asked) ? 'missing' : undefined))
    expect(await failure(rowsOf(`s3://${name}/p/`, gone.url))).toMatchObject({
      message: expect.stringContaining('rows.jsonl'),
    })
  })

  test('large files go in parts, and an upload that fails or stops leaves nothing', async () => {
    const content = randomBytes(20 * 1024 ** 2)
    writeFileSync(path('large.txt'), content)
    const upload = { key: 'large.txt', path: path('large.txt'), replace: false }
    await uploadObject(bucket(), upload)
    const place = s3Place(s3, { directory: path('.'), allowOutside: false })
    const [found] = await place.find(`s3://${name}/large.txt`, undefined)
    expect(await bytesOf(found)).toEqual(content)
    expect(await unfinished()).toBe(false)
    expect(await failure(uploadObject(bucket(), upload))).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_EXISTS' })
    expect(await unfinished()).toBe(false)

    const broken = await proxy((asked) => (asked.url?.includes('partNumber=2') ? 403 : undefined))
    const other = { ...upload, key: 'other.txt' }
    expect(await failure(uploadObject(bucket(broken.url), other))).toMatchObject({ code: 'MAESTRO_FS_PLACE_REFUSED' })
    const stop = new AbortController()
    const stopping = await proxy((asked) => {
      if (asked.url?.includes('partNumber=2')) stop.abort(new Error('stopped'))
      return undefined
    })
    const stopped = new Bucket(name, s3Connection({ ...s3, endpoint: stopping.url }), stop.signal)
    expect(await failure(uploadObject(stopped, { ...other, signal: stop.signal }))).toMatchObject({
      message: 'stopped',
    })
    expect(await keys()).toEqual(['large.txt'])
    expect(await unfinished()).toBe(false)
  })

  test('a service that is busy is asked again', async () => {
    write('in.jsonl', '{"a":1}\n')
    let asked = 0
    const busy = await proxy(() => (asked++ % 2 === 0 ? 503 : undefined))
    const sink = { path: `s3://${name}/a.jsonl`, s3: { ...s3, endpoint: busy.url } }
    await copy({ path: 'in.jsonl' }, sink)
    expect(await rowsOf(`s3://${name}/a.jsonl`, busy.url)).toEqual([{ a: 1 }])
    expect(asked).toBeGreaterThan(4)
  })

  test('an upload whose answer is lost is recognised as done', async () => {
    write('in.jsonl', '{"a":1}\n')
    const lost = await proxy((asked) => (asked.method === 'PUT' && lost.passed++ === 0 ? 'lost' : undefined))
    await uploadObject(bucket(lost.url), { key: 'a.jsonl', path: path('in.jsonl'), replace: false })
    expect(lost.passed).toBe(2)
    expect(await textOf('a.jsonl')).toBe('{"a":1}\n')
  })

  test('a download that breaks off goes on at its byte; an object that has changed stops it', async () => {
    const content = randomBytes(3 * 1024 ** 2)
    writeFileSync(path('a.txt'), content)
    await uploadObject(bucket(), { key: 'a.txt', path: path('a.txt'), replace: false })
    const cut = await proxy((asked) => (asked.method === 'GET' && cut.passed++ < 3 ? 'cut' : undefined))
    const place = s3Place({ ...s3, endpoint: cut.url }, { directory: path('.'), allowOutside: false })
    const [found] = await place.find(`s3://${name}/a.txt`, undefined)
    expect(await bytesOf(found)).toEqual(content)
    expect(cut.passed).toBeGreaterThan(2)
    await put('a.txt', 'x'.repeat(content.length))
    expect(await failure(bytesOf(found))).toMatchObject({ code: 'MAESTRO_FS_CHANGED' })
  })

  test('an expired credential, a missing bucket, and a path without a bucket say what to do', async () => {
    const expired = await proxy(() => 'expired')
    const at = (endpoint: string, given: string) =>
      failure(
        project().run(
          pipeline('x')
            .read('fs.file', { path: given, s3: { ...s3, endpoint } })
            .write('fs.file', { path: 'o.jsonl' }),
        ),
      )
    expect(await at(expired.url, `s3://${name}/a.jsonl`)).toMatchObject({
      message: expect.stringContaining('ExpiredToken'),
    })
    expect(await at(url, `s3://${name}-missing/a/`)).toMatchObject({ message: expect.stringContaining('NoSuchBucket') })
    expect(await at(url, 's3://')).toMatchObject({ message: expect.stringContaining('names no bucket') })
    expect(await at(url, `s3://${name}/missing.jsonl`)).toMatchObject({
      message: expect.stringContaining('does not exist'),
    })
    expect(readdirSync(path('.'))).not.toContain('o.jsonl')
  })

  /** A server before the bucket that answers some requests itself. */
  async function proxy(act: (asked: IncomingMessage) => Act) {
    const server = createServer((asked, reply) => pass(asked, reply, act(asked)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(
      () => server.closeAllConnections(),
      () => server.close(),
    )
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, passed: 0 }
  }
})

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function pass(asked: IncomingMessage, reply: ServerResponse, act: Act): void {
  if (act === 'empty' || act === 'missing') {
    const body =
      act === 'empty'
        ? '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>'
        : '<Error><Code>NoSuchKey</Code></Error>'
    reply.writeHead(act === 'empty' ? 200 : 404, { 'content-type': 'application/xml' }).end(body)
    return
  }
  if (typeof act === 'number' || act === 'expired') {
    asked.resume()
    asked.once('end', () => {
      const code = act === 'expired' ? 'ExpiredToken' : act === 503 ? 'SlowDown' : 'AccessDenied'
      reply.writeHead(act === 'expired' ? 400 : act).end(`<Error><Code>${code}</Code><Message>No.</Message></Error>`)
    })
    return
  }
  // The host is signed.
  const target = new URL(asked.url ?? '/', url)
  const onward = request(target, { method: asked.method, headers: asked.headers }, (answer) => {
    if (act === 'lost') {
      answer.resume()
      answer.once('end', () => reply.destroy())
      return
    }
    reply.writeHead(answer.statusCode ?? 500, answer.headers)
    if (act !== 'cut') return void answer.pipe(reply)
    answer.once('data', (chunk: Buffer) => reply.write(chunk.subarray(0, chunk.length - 1), () => reply.destroy()))
  })
  onward.on('error', () => reply.destroy())
  asked.pipe(onward)
}

async function bytesOf(found: FoundFile | undefined): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of found?.file.stream() ?? []) pieces.push(piece)
  return Buffer.concat(pieces)
}
