import { failureIn, type HttpReply, type MaestroError, maestroError } from '@maestro-dataflow/core'
import { fsError } from '../../errors.js'
import { followRedirects } from '../follow-redirects.js'
import { patientRequest, textOf } from '../patient-request.js'
import type { HubConnection } from './hub-options.js'

/** A file of a dataset. */
export interface HubFile {
  readonly path: string
  readonly size: number
  /** Identifies the content. */
  readonly oid: string
}

const escaped = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** Sends requests to a hub about one dataset. */
export class Hub {
  readonly repository: string
  readonly #connection: HubConnection
  readonly #signal: AbortSignal | undefined

  constructor(repository: string, connection: HubConnection, signal?: AbortSignal) {
    this.repository = repository
    this.#connection = connection
    this.#signal = signal
  }

  /** The name in messages. */
  get name(): string {
    return `hf://datasets/${this.repository}`
  }

  get endpoint(): string {
    return this.#connection.endpoint
  }

  /** The commit of a revision; undefined if the dataset does not exist. @throws MAESTRO_STORAGE_NOT_FOUND */
  async commitOf(revision: string): Promise<string | undefined> {
    const reply = await this.request('GET', `/api/datasets/${this.repository}/revision/${encodeURIComponent(revision)}`)
    if (reply.status === 200) return String((JSON.parse(await textOf(reply)) as { readonly sha: unknown }).sha)
    if (reply.status !== 404) throw await this.refusal(reply)
    if (reply.headers.get('x-error-code') === 'RevisionNotFound') {
      reply.body.destroy()
      throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: `${this.name}@${revision}` })
    }
    reply.body.destroy()
    return undefined
  }

  /** All files of a commit. */
  async *files(commit: string): AsyncGenerator<HubFile> {
    let next: string | undefined = `/api/datasets/${this.repository}/tree/${commit}?recursive=true&limit=1000`
    while (next !== undefined) {
      const reply: HttpReply = await this.request('GET', next)
      if (reply.status !== 200) throw await this.refusal(reply)
      const link = /<([^>]+)>;\s*rel="next"/.exec(reply.headers.get('link') ?? '')?.[1]
      next = link === undefined ? undefined : this.#pathOf(link)
      for (const entry of JSON.parse(await textOf(reply)) as readonly TreeEntry[])
        if (entry.type === 'file')
          yield { path: entry.path, size: entry.lfs?.size ?? entry.size, oid: entry.lfs?.oid ?? entry.oid }
    }
  }

  /** The content of a file, or a range of it. The token goes to no other host. */
  content(commit: string, path: string, range?: string): Promise<HttpReply> {
    const url = new URL(`${this.endpoint}/datasets/${this.repository}/resolve/${commit}/${escaped(path)}`)
    const headers = range === undefined ? {} : { range }
    return followRedirects(url, { headers, ownHeaders: this.#authorization }, { name: this.name, signal: this.#signal })
  }

  /** @param path The path of the hub, with its query. */
  request(method: string, path: string, body?: unknown, type = 'application/json'): Promise<HttpReply> {
    const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { ...this.#authorization, accept: type, ...(body === undefined ? {} : { 'content-type': type }) }
    const request = { method, headers, body: content }
    return patientRequest(new URL(`${this.endpoint}${path}`), request, { name: this.name, signal: this.#signal })
  }

  /** The error of an answer, in the hub's own words. */
  async refusal(reply: HttpReply): Promise<MaestroError> {
    const text = await textOf(reply).catch(() => '')
    const { status } = reply
    const reason = (wordsIn(text) ?? reply.headers.get('x-error-message') ?? `status ${status}`).replace(/\.$/, '')
    if (status === 429 || status >= 500) return fsError('MAESTRO_FS_PLACE_UNREACHABLE', { place: this.name, reason })
    const credentials = 'the option `hub: { token }`, or HF_TOKEN'
    return fsError('MAESTRO_FS_PLACE_REFUSED', { place: this.name, status, reason, credentials })
  }

  get #authorization(): Readonly<Record<string, string>> {
    const { token } = this.#connection
    return token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** @throws MAESTRO_FS_PLACE_REFUSED for an address of another host, which must not receive the token */
  #pathOf(link: string): string {
    const url = new URL(link, this.endpoint)
    if (url.origin === new URL(this.endpoint).origin)
      return `${url.pathname}${url.search}`.slice(new URL(this.endpoint).pathname.replace(/\/$/, '').length)
    throw fsError('MAESTRO_FS_PLACE_REFUSED', { place: this.name, status: 200, reason: `it refers to ${url.origin}` })
  }
}

interface TreeEntry {
  readonly type: string
  readonly path: string
  readonly size: number
  readonly oid: string
  readonly lfs?: { readonly oid: string; readonly size: number }
}

function wordsIn(text: string): string | undefined {
  try {
    return failureIn(JSON.parse(text))?.reason
  } catch {
    return undefined
  }
}
