import { randomUUID } from 'node:crypto'
import { type S3Options, s3Parts, s3Text } from '@maestro-dataflow/core'
import { bullmqError } from '../errors.js'
import { S3Requests, usualSilenceMs } from './s3-requests.js'
import type { AgedFile, SharedFolder } from './shared-folder.js'

/** How many objects are removed at once. */
const removals = 16

/** The objects of a bucket below a prefix, on Amazon S3 or a service that is compatible with it. */
export class S3Folder implements SharedFolder {
  /** Each look costs money. */
  readonly beatMs = 3000
  readonly #requests: S3Requests
  readonly #prefix: string
  #createsOnce: Promise<void> | undefined

  /**
   * @param path `s3://bucket/prefix`
   * @param silenceMs How long the service may be silent before a request is made again.
   */
  constructor(path: string, options: S3Options | undefined, silenceMs = usualSilenceMs) {
    const [bucket = '', ...prefix] = path.slice('s3://'.length).replace(/\/+$/, '').split('/')
    this.#requests = new S3Requests(bucket, options, silenceMs)
    this.#prefix = prefix.map((part) => `${part}/`).join('')
  }

  async write(name: string, text: string): Promise<void> {
    await this.#requests.send({ method: 'PUT', key: this.#prefix + name, body: text }, [200])
  }

  async create(name: string, text: string): Promise<boolean> {
    this.#createsOnce ??= this.#checkCreation()
    try {
      await this.#createsOnce
    } catch (error) {
      this.#createsOnce = undefined
      throw error
    }
    return this.#create(name, text)
  }

  async read(name: string): Promise<string | undefined> {
    const { status, text } = await this.#requests.send({ method: 'GET', key: this.#prefix + name }, [200, 404])
    return status === 200 ? text : undefined
  }

  async has(name: string): Promise<boolean> {
    const { status } = await this.#requests.send({ method: 'HEAD', key: this.#prefix + name }, [200, 404])
    return status === 200
  }

  async list(name: string): Promise<readonly AgedFile[]> {
    const files: AgedFile[] = []
    const prefix = `${this.#prefix}${name}/`
    for (let token: string | undefined, more = true; more; ) {
      const next = token === undefined ? {} : { 'continuation-token': token }
      const query = { 'list-type': '2', delimiter: '/', prefix, ...next }
      const { headers, text } = await this.#requests.send({ method: 'GET', query }, [200])
      const now = Date.parse(headers.get('date') ?? '') || Date.now()
      for (const object of s3Parts(text, 'Contents')) {
        const key = s3Text(object, 'Key') ?? ''
        const writtenAt = Date.parse(s3Text(object, 'LastModified') ?? '')
        files.push({ name: key.slice(key.lastIndexOf('/') + 1), age: Math.max(0, now - writtenAt) })
      }
      more = s3Text(text, 'IsTruncated') === 'true'
      token = s3Text(text, 'NextContinuationToken')
    }
    return files
  }

  async remove(name: string): Promise<void> {
    await this.#requests.send({ method: 'DELETE', key: this.#prefix + name }, [200, 204, 404])
  }

  async removeAll(folder: string): Promise<void> {
    const names = (await this.list(folder)).map(({ name }) => `${folder}/${name}`)
    for (let at = 0; at < names.length; at += removals)
      await Promise.all(names.slice(at, at + removals).map((name) => this.remove(name)))
  }

  async #create(name: string, text: string): Promise<boolean> {
    const headers = { 'if-none-match': '*' }
    const request = { method: 'PUT', key: this.#prefix + name, headers, body: text } as const
    const { status, isRepeated } = await this.#requests.send(request, [200, 412])
    // The first request may have been carried out although its answer was lost: then the object is this one.
    return status === 200 || (isRepeated && (await this.read(name)) === text)
  }

  /** Some services take no notice of the condition. On them, a late worker could replace a result. */
  async #checkCreation(): Promise<void> {
    const name = `clocks/creation-${randomUUID()}`
    await this.#create(name, 'first')
    const isTwice = await this.#create(name, 'second')
    await this.remove(name)
    const reason = 'the service replaces an object although the request says `If-None-Match: *`'
    if (isTwice) throw bullmqError('MAESTRO_BULLMQ_BUCKET', { bucket: `s3://${this.#requests.bucket}`, reason })
  }
}
