import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { type HttpReply, maestroError, s3Text } from '@maestro-dataflow/core'
import { LocalFile } from '../local/local-file.js'
import { textOf } from '../patient-request.js'
import type { OpenedFile } from '../stored-file.js'
import type { Bucket } from './bucket.js'
import { findObject, uploadHeader } from './bucket-objects.js'

const partBytes = 8 * 1024 ** 2
/** The most parts of an upload, and the most bytes that are in memory. */
const [mostParts, mostBytes] = [10_000, 64 * 1024 ** 2]

export interface ObjectUpload {
  readonly key: string
  /** A file of this machine. */
  readonly path: string
  /** Whether an existing object may be replaced. */
  readonly replace: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Uploads a file, in parts if it is large. The object appears when all bytes are there. What an unfinished upload has
 * sent is removed.
 *
 * @throws MAESTRO_RUN_OUTPUT_EXISTS, MAESTRO_FS_PLACE_REFUSED, MAESTRO_FS_PLACE_UNREACHABLE
 */
export async function uploadObject(bucket: Bucket, upload: ObjectUpload): Promise<void> {
  const file = await new LocalFile(upload.path).open()
  const id = randomUUID()
  try {
    const reply =
      file.size <= partBytes ? await sendWhole(bucket, upload, file, id) : await sendParts(bucket, upload, file, id)
    if (reply === undefined) return
    // The answer to an attempt before may have been lost.
    if ((await findObject(bucket, upload.key))?.upload === id) {
      reply.body.destroy()
      return
    }
    throw reply.status === 412 || reply.status === 409
      ? maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: bucket.nameOf(upload.key), appeared: true })
      : await bucket.refusal(upload, reply)
  } finally {
    await file.close()
  }
}

/** What makes the service refuse an object that exists. */
const condition = ({ replace }: ObjectUpload) => (replace ? {} : { 'if-none-match': '*' })

/** @returns the answer of a service that has not accepted the object */
async function sendWhole(
  bucket: Bucket,
  upload: ObjectUpload,
  file: OpenedFile,
  id: string,
): Promise<HttpReply | undefined> {
  const body = await file.read(0, file.size)
  const send = (headers: Readonly<Record<string, string>>) =>
    bucket.request({ method: 'PUT', key: upload.key, headers: { [uploadHeader]: id, ...headers }, body })
  return accepted(await withoutCondition(await send(condition(upload)), bucket, upload, () => send({})))
}

async function sendParts(
  bucket: Bucket,
  upload: ObjectUpload,
  file: OpenedFile,
  id: string,
): Promise<HttpReply | undefined> {
  const { key } = upload
  const begun = await bucket.request({ method: 'POST', key, query: { uploads: '' }, headers: { [uploadHeader]: id } })
  if (begun.status !== 200) throw await bucket.refusal(upload, begun)
  const uploadId = s3Text(await textOf(begun), 'UploadId') ?? ''
  let isDone = false
  try {
    const etags = await sendEach(bucket, upload, file, uploadId)
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
    )
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
    const complete = (headers: Readonly<Record<string, string>>) =>
      bucket.request({
        method: 'POST',
        key,
        query: { uploadId },
        headers: { 'content-type': 'application/xml', ...headers },
        body,
      })
    const reply = await withoutCondition(await complete(condition(upload)), bucket, upload, () => complete({}))
    const refused = await accepted(reply)
    isDone = refused === undefined
    return refused
  } finally {
    if (!isDone) await abandon(bucket, key, uploadId)
  }
}

/** Sends all parts, some at once. @returns their ETags, in order */
async function sendEach(
  bucket: Bucket,
  upload: ObjectUpload,
  file: OpenedFile,
  uploadId: string,
): Promise<readonly string[]> {
  const size = Math.max(partBytes, Math.ceil(file.size / mostParts))
  const count = Math.ceil(file.size / size)
  const etags: string[] = []
  let next = 0
  const sendNext = async (): Promise<void> => {
    while (next < count) {
      upload.signal?.throwIfAborted()
      const index = next++
      const body = await file.read(index * size, Math.min(file.size, (index + 1) * size))
      const query = { partNumber: String(index + 1), uploadId }
      const reply = await bucket.request({ method: 'PUT', key: upload.key, query, body })
      if (reply.status !== 200) throw await bucket.refusal(upload, reply)
      reply.body.destroy()
      etags[index] = reply.headers.get('etag') ?? ''
    }
  }
  const together = Math.max(1, Math.min(4, Math.floor(mostBytes / size)))
  const sent = await Promise.allSettled(
    Array.from({ length: together }, () =>
      sendNext().catch((error: unknown) => {
        next = count
        throw error
      }),
    ),
  )
  for (const one of sent) if (one.status === 'rejected') throw one.reason
  return etags
}

/** A service that knows no conditions is asked whether the object exists, and then without the condition. */
async function withoutCondition(
  reply: HttpReply,
  bucket: Bucket,
  upload: ObjectUpload,
  again: () => Promise<HttpReply>,
): Promise<HttpReply> {
  if (upload.replace || reply.status !== 501) return reply
  reply.body.destroy()
  if ((await findObject(bucket, upload.key)) !== undefined)
    throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: bucket.nameOf(upload.key), appeared: true })
  return again()
}

/** The answer, unless it says that the object is there. A failure may follow a status that says otherwise. */
async function accepted(reply: HttpReply): Promise<HttpReply | undefined> {
  if (reply.status !== 200) return reply
  const text = await textOf(reply)
  return text.includes('<Error>') ? { ...reply, status: 500, body: Readable.from([Buffer.from(text)]) } : undefined
}

/** Removes the parts of an unfinished upload. It is done even when the run has been stopped. */
async function abandon(bucket: Bucket, key: string, uploadId: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  await bucket.request({ method: 'DELETE', key, query: { uploadId }, signal }).then(
    (reply) => reply.body.destroy(),
    // The service removes what is left by its own rules.
    () => undefined,
  )
}

/** A value within an element. */
const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)
