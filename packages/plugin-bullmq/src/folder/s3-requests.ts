import { createHash } from 'node:crypto'
import { backoffOf, type HttpReply, pause, sendHttp } from '@maestro-dataflow/core'
import { AwsV4Signer } from 'aws4fetch'
import { bullmqError } from '../errors.js'
import { type S3Connection, type S3Options, s3Connection } from './s3-options.js'

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
}

const retries = 5
/** The milliseconds that the service may take for one answer. */
const patience = 30_000
/** The service is busy, or two writers have met: the request is made again. */
const passing = new Set([408, 409, 425, 429, 500, 502, 503, 504])

/** Sends signed requests to a bucket, again and again while the service is away for a moment. */
export class S3Requests {
  readonly bucket: string
  readonly #connection: S3Connection

  constructor(bucket: string, options: S3Options | undefined) {
    this.bucket = bucket
    this.#connection = s3Connection(options)
  }

  /** An answer with one of the wanted states. @throws MAESTRO_BULLMQ_BUCKET */
  async send(request: S3Request, wanted: readonly number[]): Promise<S3Reply> {
    for (let turn = 0; ; turn++) {
      const reply = await this.#answer(request).catch((error: unknown) => error as Error)
      if (!(reply instanceof Error) && wanted.includes(reply.status)) return reply
      const isPassing = reply instanceof Error || passing.has(reply.status)
      if (!isPassing || turn >= retries) throw this.#refusal(reply)
      await pause(backoffOf(turn, { longest: 5000 }), undefined)
    }
  }

  async #answer({ method, key = '', query = {}, headers = {}, body = '' }: S3Request): Promise<S3Reply> {
    const { region, accessKeyId, secretAccessKey, sessionToken } = this.#connection
    const url = this.#address(key, query)
    const hash = createHash('sha256').update(body).digest('hex')
    const signer = new AwsV4Signer({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 's3',
      region,
      method,
      url: url.href,
      headers: { ...headers, 'x-amz-content-sha256': hash },
    })
    const signed = Object.fromEntries((await signer.sign()).headers)
    const signal = AbortSignal.timeout(patience)
    const reply = await sendHttp(url, { method, headers: signed, ...(method === 'PUT' ? { body } : {}), signal })
    return { status: reply.status, headers: reply.headers, text: await textOf(reply) }
  }

  /** Amazon has a host for each bucket. Other services have a path for each. */
  #address(key: string, query: Readonly<Record<string, string>>): URL {
    const { endpoint, region } = this.#connection
    const amazon = `https://s3.${region}.amazonaws.com`
    const base =
      endpoint === undefined && !this.bucket.includes('.')
        ? `https://${this.bucket}.s3.${region}.amazonaws.com`
        : `${(endpoint ?? amazon).replace(/\/+$/, '')}/${this.bucket}`
    const parameters = Object.keys(query)
      .sort()
      .map((name) => `${name}=${encodeURIComponent(query[name] ?? '')}`)
    return new URL(
      `${base}/${key.split('/').map(escaped).join('/')}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`,
    )
  }

  #refusal(reply: S3Reply | Error): Error {
    const name = `s3://${this.bucket}`
    if (reply instanceof Error)
      return bullmqError('MAESTRO_BULLMQ_BUCKET', { bucket: name, reason: reply.message }, reply)
    const [code, message] = ['Code', 'Message'].map((part) => elementOf(reply.text, part))
    const said = [code, message].filter((part) => part !== undefined).join(': ')
    return bullmqError('MAESTRO_BULLMQ_BUCKET', { bucket: name, reason: said || `status ${reply.status}` })
  }
}

/** The text of the first element of a name in an answer. */
export const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]

async function textOf({ body }: HttpReply): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

/** The form in which a name is signed. */
const escaped = (part: string) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
