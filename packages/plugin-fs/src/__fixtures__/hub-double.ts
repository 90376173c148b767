import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Files = Readonly<Record<string, Buffer>>

/** A hub with one dataset, and a second host for the content of large files, as the Hugging Face hub has them. */
export class HubDouble {
  url = ''
  /** The commits, from the first one. Undefined for a dataset that does not exist. */
  commits: Files[] | undefined
  /** The requests, as method and path. */
  readonly asked: string[] = []
  readonly lfs = new Map<string, Buffer>()
  token: string | undefined
  /** Answers before the hub does. */
  before: (asked: IncomingMessage, reply: ServerResponse) => boolean = () => false
  /** The bytes of a part of a large upload; undefined for uploads as a whole. */
  partBytes: number | undefined
  /** Whether the second host has received a token. */
  hasLeaked = false
  isPrivate: boolean | undefined
  #content = ''
  readonly #servers = [
    createServer((asked, reply) => void this.#answer(asked, reply)),
    createServer((asked, reply) => void this.#answerContent(asked, reply)),
  ]

  static async start(files?: Readonly<Record<string, string | Buffer>>): Promise<HubDouble> {
    const hub = new HubDouble()
    hub.commits = files === undefined ? undefined : [asBuffers(files)]
    const [url = '', content = ''] = await Promise.all(
      hub.#servers.map(async (server) => {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      }),
    )
    hub.url = url
    hub.#content = content
    return hub
  }

  /** The newest files as text. */
  text(path: string): string | undefined {
    return this.commits?.at(-1)?.[path]?.toString()
  }

  close(): void {
    for (const server of this.#servers) {
      server.closeAllConnections()
      server.close()
    }
  }

  async #answer(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const url = new URL(asked.url ?? '/', this.url)
    const path = decodeURIComponent(url.pathname)
    this.asked.push(`${asked.method} ${path}`)
    const body = await bodyOf(asked)
    if (this.before(asked, reply)) return
    const json = (value: unknown, status = 200, headers = {}) =>
      reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    if (this.token !== undefined && asked.headers.authorization !== `Bearer ${this.token}`)
      return void json({ error: 'Invalid username or password.' }, 401)
    if (path === '/api/repos/create') {
      this.commits = [{}]
      this.isPrivate = (JSON.parse(body.toString()) as { private: boolean }).private
      return void json({ url: this.url })
    }
    const { commits } = this
    if (commits === undefined) return void json({ error: 'Repository not found' }, 404, { 'x-error-code': 'RepoNotFound' })
    const [, action = '', rest = ''] = /^\/(?:api\/)?datasets\/me\/words(?:\/|\.git\/info\/lfs\/)(\w+)\/?(.*)$/.exec(path) ?? []
    const newest = `c${commits.length - 1}`
    switch (action) {
      case 'revision': {
        const known = rest === 'main' ? newest : /^c\d+$/.test(rest) && commits[Number(rest.slice(1))] !== undefined
        if (known === false) return void json({ error: 'Invalid rev id' }, 404, { 'x-error-code': 'RevisionNotFound' })
        return void json({ sha: rest === 'main' ? newest : rest })
      }
      case 'tree': {
        const files = Object.entries(commits[Number(rest.slice(1))] ?? {})
        const start = Number(url.searchParams.get('cursor') ?? 0)
        const next = start + 2 < files.length ? `<${this.url}${url.pathname}?cursor=${start + 2}>; rel="next"` : undefined
        const some = files.slice(start, start + 2)
        const list = some.map(([name, bytes]) => ({ type: 'file', path: name, size: bytes.length, oid: sha256(bytes) }))
        return void json([{ type: 'directory', path: 'data', size: 0, oid: 'x' }, ...list], 200, next === undefined ? {} : { link: next })
      }
      case 'resolve': {
        const [, commit = '', file = ''] = /^c(\d+)\/(.*)$/.exec(rest) ?? []
        const bytes = commits[Number(commit)]?.[file]
        if (bytes === undefined) return void json({ error: 'Entry not found' }, 404)
        // Small files are sent as a whole, whatever range is asked for.
        if (file.endsWith('.md') || file.endsWith('.csv')) return void reply.writeHead(200).end(bytes)
        return void reply.writeHead(302, { location: `${this.#content}/${commit}/${file}` }).end()
      }
      case 'preupload': {
        const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number }[] }
        return void json({ files: files.map((file) => ({ ...file, uploadMode: file.size > 200 ? 'lfs' : 'regular' })) })
      }
      case 'objects': {
        const { objects } = JSON.parse(body.toString()) as { objects: { oid: string; size: number }[] }
        const [{ oid, size } = { oid: '', size: 0 }] = objects
        const href = `${this.#content}/lfs/${oid}`
        const count = Math.ceil(size / (this.partBytes ?? size))
        const parts = Object.fromEntries(Array.from({ length: count }, (_, index) => [`0000${index + 1}`, `${href}/${index + 1}`]))
        const header = this.partBytes === undefined ? {} : { chunk_size: String(this.partBytes), ...parts }
        return void json({ objects: [{ oid, size, actions: { upload: { href, header } } }] })
      }
      case 'commit': {
        const lines = body.toString().split('\n').map((line) => JSON.parse(line) as { key: string; value: Record<string, string> })
        if (lines[0]?.value.parentCommit !== undefined && lines[0].value.parentCommit !== newest)
          return void json({ error: 'The branch has changed' }, 412)
        const added = lines.slice(1).map(({ key, value }): [string, Buffer] => [
          value.path ?? '',
          key === 'file' ? Buffer.from(value.content ?? '', 'base64') : (this.lfs.get(value.oid ?? '') ?? Buffer.from('missing')),
        ])
        this.commits = [...commits, { ...commits.at(-1), ...Object.fromEntries(added) }]
        return void json({ commitOid: `c${commits.length}` })
      }
      default:
        json({ error: 'unknown' }, 404)
    }
  }

  async #answerContent(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    if (asked.headers.authorization !== undefined) this.hasLeaked = true
    const path = decodeURIComponent(asked.url ?? '')
    const body = await bodyOf(asked)
    const [, oid = '', part] = /^\/lfs\/(\w+)(?:\/(\d+))?$/.exec(path) ?? []
    if (asked.method === 'PUT') {
      this.lfs.set(oid, part === undefined ? body : Buffer.concat([this.lfs.get(oid) ?? Buffer.alloc(0), body]))
      return void reply.writeHead(200, { etag: `"${part}"` }).end()
    }
    if (asked.method === 'POST') return void reply.writeHead(200).end('{}')
    const [, commit = '', file = ''] = /^\/(\d+)\/(.*)$/.exec(path) ?? []
    const bytes = this.commits?.[Number(commit)]?.[file] ?? Buffer.alloc(0)
    const [, start = '0', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '') ?? []
    const some = bytes.subarray(Number(start), Number(end) + 1)
    reply.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` }).end(some)
  }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const asBuffers = (files: Readonly<Record<string, string | Buffer>>): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]))

async function bodyOf(asked: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of asked as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}
