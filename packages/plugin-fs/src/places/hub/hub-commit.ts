import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { maestroError } from '@maestro-dataflow/core'
import { LocalFile } from '../local/local-file.js'
import { textOf } from '../patient-request.js'
import type { Destination } from '../place.js'
import { newCard, withSplit } from './dataset-card.js'
import type { Hub, HubFile } from './hub.js'
import type { HubWriteOptions } from './hub-options.js'
import { splitOfName } from './split-of-name.js'
import { uploadLfs } from './upload-lfs.js'

interface HubOutput {
  readonly given: string
  readonly revision: string
  readonly path: string
  readonly replace: boolean
  readonly signal?: AbortSignal | undefined
}

/** The destination of an output that becomes one commit, together with the card of the dataset. */
export async function hubCommit(
  hub: Hub,
  { given, revision, path, replace, signal }: HubOutput,
  { create, message = `Write ${path}` }: HubWriteOptions = {},
): Promise<Destination> {
  const look = async () => {
    const commit = await hub.commitOf(revision)
    const files = commit === undefined ? [] : await Array.fromAsync(hub.files(commit))
    return { commit, files, there: files.find((file) => file.path === path) }
  }
  const before = await look()
  if (before.commit === undefined && create === undefined)
    throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: hub.name })
  if (before.there !== undefined && !replace) throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: given })
  return {
    shown: given,
    isFilled: (before.there?.size ?? 0) > 0,
    async publish(file, rows) {
      if (before.commit === undefined) await createDataset(hub, create === 'private')
      const { commit, files, there } = await look()
      const appeared = () => maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: given, appeared: true })
      if (there !== undefined && !replace) throw appeared()
      const operations = [
        await fileOperation(hub, revision, path, file, signal),
        ...(await card(hub, commit, files, path, rows)),
      ]
      const header = {
        key: 'header',
        value: { summary: message, description: '', ...(commit === undefined ? {} : { parentCommit: commit }) },
      }
      const lines = [header, ...operations].map((line) => JSON.stringify(line)).join('\n')
      const address = `/api/datasets/${hub.repository}/commit/${encodeURIComponent(revision)}`
      const reply = await hub.request('POST', address, lines, 'application/x-ndjson')
      if (reply.status === 200 || reply.status === 201) {
        reply.body.destroy()
        return
      }
      // The answer to an attempt before may have been lost.
      if (reply.status === 409 || reply.status === 412) {
        reply.body.destroy()
        const now = await look()
        if (now.there?.size === new LocalFile(file).size && now.there.oid !== there?.oid) return
        throw appeared()
      }
      throw await hub.refusal(reply)
    },
  }
}

async function createDataset(hub: Hub, isPrivate: boolean): Promise<void> {
  const [organization, name] = hub.repository.split('/')
  const reply = await hub.request('POST', '/api/repos/create', {
    type: 'dataset',
    name,
    organization,
    private: isPrivate,
  })
  // Another process may have created it.
  if (reply.status !== 200 && reply.status !== 201 && reply.status !== 409) throw await hub.refusal(reply)
  reply.body.destroy()
}

/** The part of a commit that adds a file. Larger files are uploaded before, and the commit refers to them. */
async function fileOperation(hub: Hub, revision: string, path: string, file: string, signal: AbortSignal | undefined) {
  const opened = await new LocalFile(file).open()
  try {
    const sample = (await opened.read(0, 512)).toString('base64')
    const asked = { files: [{ path, size: opened.size, sample }] }
    const address = `/api/datasets/${hub.repository}/preupload/${encodeURIComponent(revision)}`
    const reply = await hub.request('POST', address, asked)
    if (reply.status !== 200) throw await hub.refusal(reply)
    const { files } = JSON.parse(await textOf(reply)) as { readonly files: readonly { readonly uploadMode: string }[] }
    if (files[0]?.uploadMode === 'regular') {
      const content = (await opened.read(0, opened.size)).toString('base64')
      return { key: 'file', value: { path, content, encoding: 'base64' } }
    }
    const hash = createHash('sha256')
    for await (const chunk of new LocalFile(file).stream()) hash.update(chunk)
    const object = { oid: hash.digest('hex'), size: opened.size }
    await uploadLfs(hub, new LocalFile(file), object, revision, signal)
    return { key: 'lfsFile', value: { path, algo: 'sha256', ...object } }
  } finally {
    await opened.close()
  }
}

/** The part of a commit that adds the card of a new dataset, or the split to a card that lists splits. */
async function card(hub: Hub, commit: string | undefined, files: readonly HubFile[], path: string, rows: number) {
  const split = splitOfName(path) ?? 'train'
  const known = files.some((file) => file.path === 'README.md') && commit !== undefined
  const old = known ? await textOf(await hub.content(commit, 'README.md')) : undefined
  const text =
    old === undefined ? newCard(basename(hub.repository), { path, split, rows }) : withSplit(old, { path, split })
  if (text === old) return []
  const content = Buffer.from(text).toString('base64')
  return [{ key: 'file', value: { path: 'README.md', content, encoding: 'base64' } }]
}
