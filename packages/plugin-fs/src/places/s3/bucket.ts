import { createHash } from 'node:crypto'
import type { HttpReply, HttpRequest, MaestroError } from '@maestro-dataflow/core'
import { AwsV4Signer } from 'aws4fetch'
import { fsError } from '../../errors.js'
import { patientRequest, textOf } from '../patient-request.js'
import type { S3Connection } from './s3-options.js'
import { textIn } from './s3-xml.js'

export interface BucketRequest {
  readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** @default the signal of the bucket; undefined for a request that must be made after it has fired */
  readonly signal?: AbortSignal | undefined
}

/** Sends signed requests to a bucket. */
export class Bucket {
  readonly name: string
  readonly #connection: S3Connection
  readonly #signal: AbortSignal | undefined
  #region: string

  constructor(name: string, connection: S3Connection, signal?: AbortSignal) {
    this.name = name
    this.#connection = connection
    this.#signal = signal
    this.#region = connection.region
  }

  /** The name of an object in messages. */
  nameOf(key: string): string {
    return `s3://${this.name}/${key}`
  }

  /** The last answer of the bucket, whatever it is. @throws MAESTRO_FS_PLACE_UNREACHABLE */
  async request(given: BucketRequest): Promise<HttpReply> {
    const reply = await this.#send(given)
    // Amazon says where the bucket is, instead of answering.
    const region = reply.headers.get('x-amz-bucket-region')
    if (![301, 307, 400].includes(reply.status) || region === null || region === this.#region) return reply
    reply.body.destroy()
    this.#region = region
    return this.#send(given)
  }

  #send(given: BucketRequest): Promise<HttpReply> {
    const { method = 'GET', key = '', query, headers = {}, body } = given
    const url = this.#address(key, query)
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex')
    const request: HttpRequest = { method, headers: { ...headers, 'x-amz-content-sha256': hash }, body }
    const signal = 'signal' in given ? given.signal : this.#signal
    const { credentials } = this.#connection
    if (credentials === undefined)
      return patientRequest(url, { ...request, headers }, { name: this.nameOf(key), signal })
    const sign = async () => {
      const signer = new AwsV4Signer({
        ...credentials,
        method,
        url: url.href,
        headers: { ...request.headers },
        service: 's3',
        region: this.#region,
      })
      return Object.fromEntries((await signer.sign()).headers)
    }
    return patientRequest(url, request, { name: this.nameOf(key), signal, sign })
  }

  /** Amazon has a host for each bucket. Other services have a path for each. */
  #address(key: string, query: Readonly<Record<string, string>> = {}): URL {
    const { endpoint } = this.#connection
    const path = key.split('/').map(escaped).join('/')
    const amazon = `https://s3.${this.#region}.amazonaws.com`
    const base =
      endpoint === undefined && !this.name.includes('.')
        ? `https://${this.name}.s3.${this.#region}.amazonaws.com`
        : `${(endpoint ?? amazon).replace(/\/+$/, '')}/${this.name}`
    const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    return new URL(`${base}/${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`)
  }

  /** The error of an answer, in the service's own words. */
  async refusal({ key = '' }: Pick<BucketRequest, 'key'>, reply: HttpReply): Promise<MaestroError> {
    const place = this.nameOf(key)
    const text = await textOf(reply).catch(() => '')
    const [code, message] = [textIn(text, 'Code'), textIn(text, 'Message')]
    const reason = [code, message]
      .filter((part) => part !== undefined)
      .join(': ')
      .replace(/\.$/, '')
    if (reply.status >= 500) return fsError('MAESTRO_FS_PLACE_UNREACHABLE', { place, reason: reason || busy(reply) })
    return fsError('MAESTRO_FS_PLACE_REFUSED', {
      place,
      status: reply.status,
      reason: reason || (reply.status === 403 ? 'access is denied' : 'the service gives no reason'),
      credentials: 'the option `s3`, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN',
    })
  }
}

const busy = ({ status }: HttpReply) => `status ${status}`

/** The form in which a name is signed. */
const escaped = (part: string) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
