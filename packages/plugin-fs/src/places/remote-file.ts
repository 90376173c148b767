import { backoffOf, type HttpReply, MaestroError, maestroError, pause } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { arriving, unreachable } from './patient-request.js'
import type { ByteRange, OpenedFile, StoredFile } from './stored-file.js'

/** The attempts to go on after an answer that broke off without any byte. */
const retries = 6

/** A file that is read by requests for ranges. */
export interface RemoteContent {
  /** The name in messages. */
  readonly name: string
  readonly size: number
  /** What changes with the content: an ETag or a revision. */
  readonly version: string
  readonly signal?: AbortSignal | undefined
  /** Sends a request for the range `bytes=start-(end-1)` of the version, and returns the answer, whatever it is. */
  get(range: Required<ByteRange>): Promise<HttpReply>
  /** The version that an answer states, if it states the same as `version` does. */
  readonly versionOf?: (reply: HttpReply) => string | undefined
  /** The error of an answer that is neither content nor a sign of a change. */
  refusal(reply: HttpReply): Promise<MaestroError>
}

/** A file of another machine. An answer that breaks off goes on at the byte where it stopped, if the file is the same. */
export class RemoteFile implements StoredFile {
  readonly size: number
  readonly #content: RemoteContent

  constructor(content: RemoteContent) {
    this.size = content.size
    this.#content = content
  }

  async *stream({ start = 0, end = this.size }: ByteRange = {}): AsyncGenerator<Buffer> {
    const { name, signal } = this.#content
    const last = Math.min(end, this.size)
    let at = start
    for (let turn = 0; at < last; turn++) {
      try {
        const reply = await this.#answer({ start: at, end: last })
        // A server that knows no ranges sends everything.
        let position = reply.status === 206 ? at : 0
        for await (const chunk of arriving(reply)) {
          const some = chunk.subarray(Math.max(0, at - position), Math.max(0, last - position))
          position += chunk.length
          if (position > this.size) throw this.#changed()
          if (some.length === 0) continue
          at += some.length
          turn = 0
          yield some
          if (at >= last) return
        }
      } catch (error) {
        signal?.throwIfAborted()
        if (MaestroError.is(error)) throw error
        if (turn >= retries) throw unreachable(name, error)
        await pause(backoffOf(turn), signal)
      }
      if (at < last && turn >= retries) throw unreachable(name, new Error(`it ended ${last - at} bytes too early`))
    }
  }

  async open(): Promise<OpenedFile> {
    return {
      size: this.size,
      read: async (start, end) => {
        const pieces: Buffer[] = []
        for await (const chunk of this.stream({ start, end })) pieces.push(chunk)
        return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
      },
      close: async () => undefined,
    }
  }

  async identity(): Promise<string> {
    return `${this.size} ${this.#content.version}`
  }

  /** @throws MAESTRO_FS_CHANGED, MAESTRO_STORAGE_NOT_FOUND, and the refusal of the place */
  async #answer(range: Required<ByteRange>): Promise<HttpReply> {
    const { name, refusal, get } = this.#content
    const reply = await get(range)
    const version = reply.status < 300 ? this.#content.versionOf?.(reply) : undefined
    if (version !== undefined && version !== this.#content.version) {
      reply.body.destroy()
      throw this.#changed()
    }
    const part = partOf(reply)
    if (reply.status === 206 && part.start === range.start && (part.total ?? this.size) === this.size) return reply
    const length = reply.headers.get('content-length')
    if (reply.status === 200 && (length === null || Number(length) === this.size)) return reply
    reply.body.on('error', () => undefined)
    if (reply.status === 404) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: name })
    if ([200, 206, 412, 416].includes(reply.status)) {
      reply.body.destroy()
      throw this.#changed()
    }
    throw await refusal(reply)
  }

  #changed(): MaestroError {
    return fsError('MAESTRO_FS_CHANGED', { path: this.#content.name })
  }
}

/** What an answer states about the version of its content. */
export const versionOf = ({ headers }: HttpReply): string | undefined =>
  headers.get('etag') ?? headers.get('last-modified') ?? undefined

/** Where the part of an answer begins, and the length of the whole, if it is stated. */
function partOf({ headers }: HttpReply): { readonly start: number; readonly total: number | undefined } {
  const [, start = 'NaN', total] = /^bytes (\d+)-\d+\/(?:(\d+)|\*)/.exec(headers.get('content-range') ?? '') ?? []
  return { start: Number(start), total: total === undefined ? undefined : Number(total) }
}
