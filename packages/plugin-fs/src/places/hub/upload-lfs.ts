import { Readable } from 'node:stream'
import type { HttpReply } from '@maestro-dataflow/core'
import { fsError } from '../../errors.js'
import { patientRequest, textOf } from '../patient-request.js'
import type { StoredFile } from '../stored-file.js'
import type { Hub } from './hub.js'

interface LfsObject {
  readonly oid: string
  readonly size: number
}

interface LfsAction {
  readonly href: string
  readonly header?: Readonly<Record<string, string>>
}

interface LfsAnswer {
  readonly objects?: readonly {
    readonly error?: { readonly message?: string }
    readonly actions?: { readonly upload?: LfsAction; readonly verify?: LfsAction }
  }[]
}

const lfs = 'application/vnd.git-lfs+json'

/** Uploads a file by the interface of Git LFS, in parts if the hub asks for that. Nothing shows it before a commit. */
export async function uploadLfs(
  hub: Hub,
  file: StoredFile,
  object: LfsObject,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const batch = {
    operation: 'upload',
    transfers: ['basic', 'multipart'],
    hash_algo: 'sha_256',
    ref: { name: revision },
    objects: [object],
  }
  const reply = await hub.request('POST', `/datasets/${hub.repository}.git/info/lfs/objects/batch`, batch, lfs)
  if (reply.status !== 200) throw await hub.refusal(reply)
  const [answer] = (JSON.parse(await textOf(reply)) as LfsAnswer).objects ?? []
  if (answer?.error !== undefined)
    throw fsError('MAESTRO_FS_PLACE_REFUSED', {
      place: hub.name,
      status: 200,
      reason: answer.error.message ?? 'no reason',
    })
  const { upload, verify } = answer?.actions ?? {}
  // The hub has the content already.
  if (upload === undefined) return
  const send = async (method: string, url: string, body: string | Uint8Array, headers = {}): Promise<HttpReply> => {
    const sent = await patientRequest(new URL(url), { method, headers, body }, { name: hub.name, signal })
    if (sent.status < 200 || sent.status > 299) throw await hub.refusal(sent)
    return sent
  }
  const { chunk_size: chunkSize, ...rest } = upload.header ?? {}
  if (chunkSize === undefined) {
    const stream = () => Readable.from(file.stream(), { objectMode: false })
    const request = { method: 'PUT', headers: { ...rest, 'content-length': String(object.size) } }
    const sent = await patientRequest(new URL(upload.href), request, { name: hub.name, signal, stream })
    if (sent.status < 200 || sent.status > 299) throw await hub.refusal(sent)
    sent.body.destroy()
  } else {
    const size = Number(chunkSize)
    const addresses = Object.entries(rest).filter(([name]) => /^\d+$/.test(name))
    const parts: { readonly partNumber: number; readonly etag: string }[] = []
    for (const [name, url] of addresses.sort(([one], [other]) => Number(one) - Number(other))) {
      signal?.throwIfAborted()
      const start = (Number(name) - 1) * size
      const sent = await send('PUT', url, await bytesOf(file, start, Math.min(file.size, start + size)))
      sent.body.destroy()
      parts.push({ partNumber: Number(name), etag: sent.headers.get('etag') ?? '' })
    }
    const json = { accept: lfs, 'content-type': lfs }
    const done = await send('POST', upload.href, JSON.stringify({ oid: object.oid, parts }), json)
    done.body.destroy()
  }
  if (verify === undefined) return
  const body = JSON.stringify(object)
  const verified = await send('POST', verify.href, body, { ...verify.header, 'content-type': 'application/json' })
  verified.body.destroy()
}

async function bytesOf(file: StoredFile, start: number, end: number): Promise<Buffer> {
  const opened = await file.open()
  try {
    return await opened.read(start, end)
  } finally {
    await opened.close()
  }
}
