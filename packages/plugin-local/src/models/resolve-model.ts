import { existsSync } from 'node:fs'
import { localError } from '../errors.js'
import { type FetchModelOptions, fetchFile } from './fetch-model.js'
import type { FileLocation } from './file-location.js'
import { type LocateOptions, locateModel, type ModelLocation } from './model-location.js'
import { verifyFile } from './verify-file.js'

/**
 * The path of a model's file (of several files, the one that is loaded). Missing files are downloaded, and existing
 * ones are verified if their hash is known.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _HASH, _UNREACHABLE, _FOLDER, MAESTRO_LOCAL_FILE_MISSING
 */
export async function resolveModel(model: string, options: LocateOptions & FetchModelOptions = {}): Promise<string> {
  const location = locateModel(model, options)
  await bringModel(location, options)
  return location.files[0].path
}

/** Ensures that the files of a model are present and complete. */
export async function bringModel({ model, files }: ModelLocation, options: FetchModelOptions = {}): Promise<void> {
  const wanted = existsSync(files[0].path) ? files.filter(({ optional }) => optional !== true) : files
  let before = 0
  const total = files.reduce<number | undefined>((sum, { bytes }) => add(sum, bytes), 0)
  // The first one is downloaded last: if it exists, all do.
  for (const file of wanted.toReversed()) {
    const onProgress: FetchModelOptions['onProgress'] = (event) =>
      options.onProgress?.({
        ...event,
        bytesDone: before + event.bytesDone,
        bytesTotal: total ?? event.bytesTotal,
      })
    await bringFile(model, file, { ...options, ...(options.onProgress && { onProgress }) })
    if (total !== undefined) before += file.bytes ?? 0
  }
}

async function bringFile(model: string, file: FileLocation, options: FetchModelOptions): Promise<void> {
  const { path, sha256, sources } = file
  if (existsSync(path)) {
    if (sha256 !== undefined) await verifyFile(path, sha256)
    return
  }
  if (sources.length === 0) throw localError('MAESTRO_LOCAL_FILE_MISSING', { file: path })
  await fetchFile(model, file, options)
}

const add = (sum: number | undefined, bytes: number | undefined) =>
  sum === undefined || bytes === undefined ? undefined : sum + bytes
