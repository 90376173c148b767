import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { HttpReply, MaestroError } from '@maestro-dataflow/core'
import { LocalFile } from '../local/local-file.js'
import { arriving } from '../patient-request.js'
import { versionOf } from '../remote-file.js'
import type { StoredFile } from '../stored-file.js'

let folder: string | undefined
let count = 0
/** The downloads of this process that can be recognized, by address and version. */
const kept = new Map<string, StoredFile>()

/**
 * Keeps the content of a server that sends no ranges in a file of its own: a plan looks at a source before the run reads
 * it, and some formats are read at any place.
 *
 * @throws the error of a content that is too large
 */
export async function keepDownload(
  url: URL,
  reply: HttpReply,
  { maxSize, tooLarge }: { readonly maxSize: number; tooLarge(bytes: number): MaestroError },
): Promise<StoredFile> {
  const version = versionOf(reply)
  const id = version === undefined ? undefined : `${url.href}\n${version}`
  const known = id === undefined ? undefined : kept.get(id)
  if (known !== undefined) {
    reply.body.destroy()
    return known
  }
  const path = join(temporaryFolder(), String(count++))
  await pipeline(bounded(reply, maxSize, tooLarge), createWriteStream(path, { mode: 0o600 }))
  const local = new LocalFile(path)
  // The time of the copy says nothing about the content.
  const file: StoredFile = {
    size: local.size,
    localPath: path,
    stream: (range) => local.stream(range),
    open: () => local.open(),
    identity: () => local.identity(true),
  }
  if (id !== undefined) kept.set(id, file)
  return file
}

function temporaryFolder(): string {
  if (folder !== undefined) return folder
  const made = mkdtempSync(join(tmpdir(), 'maestro-download-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  folder = made
  return made
}

async function* bounded(
  reply: HttpReply,
  maxSize: number,
  tooLarge: (bytes: number) => MaestroError,
): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of arriving(reply)) {
    bytes += chunk.length
    if (bytes > maxSize) throw tooLarge(bytes)
    yield chunk
  }
}
