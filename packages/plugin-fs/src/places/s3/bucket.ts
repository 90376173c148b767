import { createHash } from 'node:crypto'
import {
  clockAheadIn,
  type HttpReply,
  type HttpRequest,
  type MaestroError,
  otherRegionIn,
  type S3Connection,
  s3Address,
  s3Reason,
  signatureTime,
} from '@maestro-dataflow/core'
import { AwsV4Signer } from 'aws4fetch'
import { fsError } from '../../errors.js'
import { patientRequest, textOf } from '../patient-request.js'

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
  /** How far the clock of the service is ahead of this machine's, in milliseconds, as far as it matters. */
  #aheadMs = 0

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
    const region = otherRegionIn(reply, this.#region)
    const aheadMs = clockAheadIn(reply, this.#aheadMs)
    if (region === undefined && aheadMs === undefined) return reply
    reply.body.destroy()
    this.#region = region ?? this.#region
    this.#aheadMs = aheadMs ?? this.#aheadMs
    return this.#send(given)
  }

  #send(given: BucketRequest): Promise<HttpReply> {
    const { method = 'GET', key = '', query = {}, headers = {}, body } = given
    const { credentials, endpoint } = this.#connection
    const url = s3Address({ endpoint, region: this.#region }, { bucket: this.name, key, query })
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex')
    const request: HttpRequest = { method, headers: { ...headers, 'x-amz-content-sha256': hash }, body }
    const signal = 'signal' in given ? given.signal : this.#signal
    if (credentials === undefined)
      return patientRequest(url, { ...request, headers }, { name: this.nameOf(key), signal })
    const sign = async () => {
      const signer = new AwsV4Signer({
        ...credentials,
        method,
        url: url.href,
        datetime: signatureTime(this.#aheadMs),
        headers: { ...request.headers },
        service: 's3',
        region: this.#region,
      })
      return Object.fromEntries((await signer.sign()).headers)
    }
    return patientRequest(url, request, { name: this.nameOf(key), signal, sign })
  }

  /** The error of an answer, in the service's own words. */
  async refusal({ key = '' }: Pick<BucketRequest, 'key'>, reply: HttpReply): Promise<MaestroError> {
    const place = this.nameOf(key)
    const text = await textOf(reply).catch(() => '')
    const reason = s3Reason(text)
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
