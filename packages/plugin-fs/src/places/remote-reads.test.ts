import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline as sendAll } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { definePlugin, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'
import fs from '../index.js'
import type { FileSourceOptions } from '../options.js'

const { path, files } = temporaryProject()

const line = Buffer.from(`{"text":"${'lorem ipsum, dolor sit amet '.repeat(150)}"}\n`)
const lines = 100_000
const size = line.length * lines
/** Some lines at once. */
const piece = Buffer.concat(Array.from({ length: 64 }, () => line))

/** Sends a file of lines that nobody holds in memory, as a web server, a bucket, and a hub do. */
class LinesServer {
  sent = 0
  url = ''
  readonly #server = createServer((asked, reply) => void this.#answer(asked, reply))

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const route = asked.url ?? ''
    const json = (value: unknown) => reply.end(JSON.stringify(value))
    if (route.includes('/revision/')) return void json({ sha: 'c0' })
    if (route.includes('/tree/')) return void json([{ type: 'file', path: 'rows.jsonl', size, oid: 'x' }])
    const version = { etag: '"version"' }
    if (asked.method === 'HEAD') return void reply.writeHead(200, { ...version, 'content-length': size }).end()
    const [, start = '0', end = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '') ?? []
    const last = Math.min(Number(end), size - 1)
    reply.writeHead(206, { ...version, 'content-range': `bytes ${start}-${last}/${size}` })
    // The answer to a run that was stopped is not taken to its end.
    await sendAll(Readable.from(this.#pieces(Number(start), last + 1)), reply).catch(() => undefined)
  }

  *#pieces(start: number, end: number): Generator<Buffer> {
    for (let at = start; at < end; ) {
      const within = at % piece.length
      const some = piece.subarray(within, Math.min(piece.length, within + end - at))
      at += some.length
      this.sent += some.length
      yield some
    }
  }
}

let server: LinesServer
beforeEach(async () => {
  server = new LinesServer()
  await server.start()
})
afterEach(() => server.close())

const s3 = () => ({
  endpoint: server.url,
  region: 'us-east-1',
  accessKeyId: 'of-the-test',
  secretAccessKey: 'of-the-test',
})
const places: readonly (readonly [name: string, source: () => FileSourceOptions])[] = [
  ['a web address', () => ({ path: `${server.url}/rows.jsonl` })],
  ['a bucket', () => ({ path: 's3://bucket/rows.jsonl', s3: s3() })],
  ['a dataset of a hub', () => ({ path: 'hf://datasets/me/words/rows.jsonl', hub: { endpoint: server.url } })],
]

test.each(places)('%s is read in little memory, and its progress is told', { timeout: 240_000 }, async (_, source) => {
  const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
  writeFileSync(
    path('read.mjs'),
    `import { definePlugin, pipeline } from ${here('@maestro-dataflow/core')}
     import { maestro } from ${here('@maestro-dataflow/core/runtime')}
     import fs from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../../lib/index.js`).href)}
     const told = []
     const watch = definePlugin({ name: 'watch', observe: (on) => on.sourceProgress(({ rows }) => told.push(rows)) })
     const options = { directory: process.cwd(), logLevel: 'silent', allowPrivateAddresses: true }
     const project = maestro({ plugins: [fs, watch], ...options })
     const read = pipeline('read').read('fs.file', ${JSON.stringify(source())})
     const { counts } = await project.run(read.filter(() => false).write('fs.file', { path: 'out.jsonl' }))
     console.log(JSON.stringify({ told, rowsIn: counts.rowsIn, peak: process.resourceUsage().maxRSS / 1024 }))`,
  )
  const child = spawn(process.execPath, ['--max-old-space-size=128', 'read.mjs'], {
    cwd: path(''),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = Buffer.concat(await Array.fromAsync(child.stdout as AsyncIterable<Buffer>)).toString()
  const { told, rowsIn, peak } = JSON.parse(output) as { told: number[]; rowsIn: number; peak: number }
  expect(rowsIn).toBe(lines)
  expect(told.length).toBeGreaterThan(10)
  expect(told).toEqual([...told].sort((one, other) => one - other))
  expect(told[0]).toBeLessThan(lines / 2)
  expect(size / 1024 ** 2).toBeGreaterThan(380)
  // The content as a whole, in buffers or on the heap, would show here.
  expect(peak).toBeLessThan(400)
})

test.each(places)('a run that is stopped lets go of %s', async (_, source) => {
  const stop = new AbortController()
  const watch = definePlugin({
    name: 'watch',
    observe: (on) => {
      on.sourceProgress(() => stop.abort())
    },
  })
  const options = { directory: path('.'), logLevel: 'silent', allowPrivateAddresses: true } as const
  const project = maestro({ plugins: [fs, watch], ...options })
  const read = pipeline('read').read('fs.file', source()).write('fs.file', { path: 'out.jsonl' })
  expect(await failure(project.run(read, { signal: stop.signal }))).toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  expect(server.sent).toBeLessThan(size / 2)
  expect(files()).not.toContain('out.jsonl')
})
