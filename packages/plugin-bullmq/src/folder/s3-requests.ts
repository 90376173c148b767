import { createHash } from 'node:crypto'
import {
  backoffOf,
  clockAheadIn,
  type HttpReply,
  otherRegionIn,
  pause,
  type S3Connection,
  type S3Options,
  s3Address,
  s3Connection,
  s3Reason,
  sendHttp,
  signatureTime,
} from '@maestro-dataflow/core'
import { AwsV4Signer } from 'aws4fetch'
import { bullmqError } from '../errors.js'

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface S3Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Whether the request was made before, and nobody knows what became of that. */
  readonly isRepeated: boolean
}

type Answer = Omit<S3Reply, 'isRepeated'>

const retries = 5
/**
 * A service from which nothing was heard for this time is away: the network has lost it without a word. It is less than the
 * silence after which others take this process for gone. In milliseconds.
 */
export const usualSilenceMs = 8000
/** The slowest network on which the body of a request is sent, in bytes per millisecond. */
const slowest = 16
/** The service is busy, or two writers have met: the request is made again. */
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504])

/** Sends signed requests to a bucket, again and again while the service is away for a moment. */
export class S3Requests {
  readonly bucket: string
  readonly #connection: S3Connection
  readonly #silenceMs: number
  #region: string
  /** How far the clock of the service is ahead of this machine's, in milliseconds, as far as it matters. */
  #aheadMs = 0

  constructor(bucket: string, options: S3Options | undefined, silenceMs: number) {
    this.bucket = bucket
    this.#silenceMs = silenceMs
    this.#connection = s3Connection(options)
    this.#region = this.#connection.region
  }

  /** An answer with one of the wanted states. @throws MAESTRO_BULLMQ_BUCKET */
  async send(request: S3Request, wanted: readonly number[]): Promise<S3Reply> {
    for (let turn = 0; ; turn++) {
      const reply = await this.#answer(request).catch((error: unknown) => error as Error)
      if (!(reply instanceof Error) && wanted.includes(reply.status)) return { ...reply, isRepeated: turn > 0 }
      const isPassing = reply instanceof Error || passing.has(reply.status)
      if (!isPassing || turn >= retries) throw this.#refusal(reply)
      await pause(backoffOf(turn, { longest: 5000 }), undefined)
    }
  }

  async #answer(request: S3Request): Promise<Answer> {
    const reply = await this.#ask(request)
    const region = otherRegionIn(reply, this.#region)
    const aheadMs = clockAheadIn(reply, this.#aheadMs)
    if (region === undefined && aheadMs === undefined) return reply
    this.#region = region ?? this.#region
    this.#aheadMs = aheadMs ?? this.#aheadMs
    return this.#ask(request)
  }

  async #ask({ method, key = '', query = {}, headers = {}, body = '' }: S3Request): Promise<Answer> {
    const { credentials, endpoint } = this.#connection
    const url = s3Address({ endpoint, region: this.#region }, { bucket: this.bucket, key, query })
    const sign = async (): Promise<Readonly<Record<string, string>>> => {
      if (credentials === undefined) return headers
      const hash = createHash('sha256').update(body).digest('hex')
      const signer = new AwsV4Signer({
        ...credentials,
        service: 's3',
        region: this.#region,
        method,
        url: url.href,
        datetime: signatureTime(this.#aheadMs),
        headers: { ...headers, 'x-amz-content-sha256': hash },
      })
      return Object.fromEntries((await signer.sign()).headers)
    }
    const signed = await sign()
    const silent = new AbortController()
    const sentMs = Buffer.byteLength(body) / slowest
    const timer = setTimeout(() => silent.abort(new Error('the service is silent')), this.#silenceMs + sentMs)
    try {
      const content = method === 'PUT' ? { body } : {}
      const reply = await sendHttp(url, { method, headers: signed, ...content, signal: silent.signal })
      return { status: reply.status, headers: reply.headers, text: await textOf(reply, () => timer.refresh()) }
    } finally {
      clearTimeout(timer)
    }
  }

  #refusal(reply: Answer | Error): Error {
    const name = `s3://${this.bucket}`
    if (reply instanceof Error)
      return bullmqError('MAESTRO_BULLMQ_BUCKET', { bucket: name, reason: reply.message }, reply)
    return bullmqError('MAESTRO_BULLMQ_BUCKET', {
      bucket: name,
      reason: s3Reason(reply.text) || `status ${reply.status}`,
    })
  }
}

/** @param heard Is called for each piece: a slow answer is an answer. */
async function textOf({ body }: HttpReply, heard: () => void): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<Buffer>) {
    heard()
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
