import { existsSync } from 'node:fs'
import { localError } from '../errors.js'
import { type FetchModelOptions, fetchModel } from './fetch-model.js'
import { type LocateOptions, locateModel, type ModelLocation } from './model-location.js'
import { verifyFile } from './verify-file.js'

/**
 * The path of a model's file, which is fetched when it is not there and checked when its hash is known.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _HASH, _UNREACHABLE, _FOLDER, MAESTRO_LOCAL_FILE_MISSING
 */
export async function resolveModel(model: string, options: LocateOptions & FetchModelOptions = {}): Promise<string> {
  const location = locateModel(model, options)
  await bringModel(location, options)
  return location.path
}

/** Sees to it that the file of a location is there and whole. */
export async function bringModel(location: ModelLocation, options: FetchModelOptions = {}): Promise<void> {
  const { path, sha256, sources } = location
  if (existsSync(path)) {
    if (sha256 !== undefined) await verifyFile(path, sha256)
    return
  }
  if (sources.length === 0) throw localError('MAESTRO_LOCAL_FILE_MISSING', { file: path })
  await fetchModel(location, options)
}
