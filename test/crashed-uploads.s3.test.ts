// A run that writes objects of a bucket is ended at its named places, and before and after each request that writes: the resumed
// run leaves the objects that an undisturbed one leaves.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, prompt, type RunReport } from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { accountsOf } from './durability/accounts.js'
import { Folder, settled } from './durability/folder.js'
import { countingModel, projectOf, questions } from './durability/questions.js'

declare module 'vitest' {
  interface ProvidedContext {
    s3: string | undefined
  }
}

const url = inject('s3') ?? ''

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 3, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

type Objects = ReadonlyMap<string, Buffer>

interface Crash {
  readonly place: string
  readonly folder: Folder
  readonly objects: Objects
}

/** A bucket behind a server that tells of each request that writes, before and after it. */
class WatchedBucket {
  readonly name = `crashed-${randomBytes(6).toString('hex')}`
  endpoint = ''
  /** What the bucket contains. */
  objects: Objects = new Map()
  wrote: ((place: string) => void) | undefined

  async open(): Promise<this> {
    const server = createServer((request, response) => void this.#pass(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await fetch(`${url}/${this.name}`, { method: 'PUT' })).status).toBe(200)
    return this
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request
    const body = Buffer.concat(await Array.fromAsync(request))
    const writes = method !== 'GET' && method !== 'HEAD'
    const what = `${method} ${request.url}`
    if (writes) this.wrote?.(`before ${what}`)
    // The host is signed.
    const onward = ask(new URL(request.url ?? '', url), { method, headers })
    onward.end(body)
    const [reply] = (await once(onward, 'response')) as [IncomingMessage]
    const answer = Buffer.concat(await Array.fromAsync(reply))
    if (writes) {
      this.objects = await this.#content()
      this.wrote?.(`after ${what}`)
    }
    response.writeHead(reply.statusCode ?? 500, reply.headers).end(answer)
  }

  async fill(objects: Objects): Promise<void> {
    const at = (key: string) => `${url}/${this.name}/${key}`
    // The service asks who removes an object, and does not check it.
    const authorization =
      'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
    for (const key of (await this.#content()).keys())
      expect((await fetch(at(key), { method: 'DELETE', headers: { authorization } })).status).toBe(204)
    for (const [key, body] of objects) await fetch(at(key), { method: 'PUT', body: new Uint8Array(body) })
    this.objects = objects
  }

  async #content(): Promise<Objects> {
    const list = await (await fetch(`${url}/${this.name}?list-type=2`)).text()
    const keys = [...list.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key).sort()
    const bodies = keys.map(async (key) => {
      const reply = await fetch(`${url}/${this.name}/${key}`)
      return [key, Buffer.from(await reply.arrayBuffer())] as const
    })
    return new Map(await Promise.all(bodies))
  }
}

const before = Buffer.from('row,question,third,answer\n100,old,0,old\n3,old,0,old\n')

const outputs = {
  'one object': { options: { path: 'rows.jsonl' } },
  'a compressed object': { options: { path: 'rows.jsonl.gz' } },
  'an object that is replaced': { options: { path: 'rows.parquet', mode: 'overwrite' }, there: ['rows.parquet'] },
  'an object to which rows are added': { options: { path: 'rows.csv', mode: 'append' }, there: ['rows.csv'] },
  'a Parquet object to which rows are added': { options: { path: 'rows.parquet', mode: 'append' } },
  'an object that is merged by a key': {
    options: { path: 'rows.csv', mode: 'upsert', key: 'row' },
    there: ['rows.csv'],
  },
  'an object for each value of a column': { options: { path: 'p/rows.jsonl', partitionBy: ['third'] } },
  'objects for each value of a column, to which rows are added': {
    options: { path: 'p/rows.csv', partitionBy: ['third'], mode: 'append' },
    there: ['p/third=1/rows.csv'],
  },
} as const

describe.runIf(url !== '')('a run that ends at any place', () => {
  test.each(Object.entries(outputs))('%s', async (_, output) => {
    const bucket = await new WatchedBucket().open()
    const there = 'there' in output ? output.there : []
    await bucket.fill(new Map(there.map((key) => [key, before])))
    const { path, ...options } = output.options
    const runIn = async (folder: Folder): Promise<RunReport> => {
      const project = projectOf(
        folder.path,
        countingModel(() => undefined),
        { cache: false },
      )
      const [unfinished] = await project.unfinishedRuns()
      const s3 = { endpoint: bucket.endpoint, accessKeyId: 'test', secretAccessKey: 'test', region: 'us-east-1' }
      const build = pipeline('uploading')
        .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
        .map((row) => ({ ...row, third: Number(row.row) % 3 }), { columns: { adds: { third: 'integer' } } })
        .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' })
        .write('fs.file', { path: `s3://${bucket.name}/${path}`, s3, ...options } as never)
      try {
        return await project.run(build, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
      } finally {
        await project.dispose()
      }
    }
    const whole = new Folder(questions(7))
    const crashes: Crash[] = []
    const crash = (place: string) => crashes.push({ place, folder: Folder.after(whole.path), objects: bucket.objects })
    installFailpoints(crash)
    bucket.wrote = crash
    const expected = await runIn(whole)
    installFailpoints(undefined)
    bucket.wrote = undefined
    const [result, accounts] = [bucket.objects, await accountsOf(whole)]
    expect(crashes.filter(({ place }) => place.startsWith('after')).length).toBeGreaterThan(0)
    const committed = Folder.after(
      (crashes.findLast(({ place }) => place === 'sink-state-renamed') as Crash).folder.path,
    )
    for (const [index, { place, folder, objects }] of crashes.entries()) {
      // After the report, the run is done. Before the first upload, the bucket makes no difference.
      const touches = / |sink/.test(place)
      if (place === 'report-written' || (!touches && index % 12 !== 0)) continue
      await bucket.fill(objects)
      const report = await runIn(folder).catch((error: unknown) => {
        throw new Error(`after ${place}`, { cause: error })
      })
      expect(bucket.objects, place).toEqual(result)
      expect(settled(report), place).toEqual(settled(expected))
      expect(await accountsOf(folder), place).toEqual(accounts)
    }
    // An object that somebody has removed after its commit is written again. The rows that were in it before are gone.
    const [, ...others] = result
    if (there.length > 0) return
    await bucket.fill(new Map(others))
    await runIn(committed)
    expect(bucket.objects).toEqual(result)
  })
})
