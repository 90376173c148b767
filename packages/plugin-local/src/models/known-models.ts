import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { localError } from '../errors.js'
import type { FetchModelOptions } from './fetch-model.js'
import { modelFolder } from './model-folder.js'
import { locateModel } from './model-location.js'
import { modelTable } from './model-table.js'
import { resolveModel } from './resolve-model.js'
import { verifyFile } from './verify-file.js'

/** A model that can be named in a config, and whether its file is here. */
export interface ModelListing {
  readonly name: string
  readonly description: string
  readonly licence: string
  readonly bytes: number
  readonly file: string
  /** Undefined when it is not in the models' folder. */
  readonly path: string | undefined
}

/** The models that are known by name. */
export async function listModels(): Promise<readonly ModelListing[]> {
  const folder = modelFolder()
  return modelTable.map(({ name, description, licence, bytes, file }) => {
    const path = join(folder, file)
    return { name, description, licence, bytes, file, path: existsSync(path) ? path : undefined }
  })
}

/**
 * Fetches a model, by its name or as `hf:owner/repository/path/file.gguf`, unless its file is here and whole.
 *
 * @returns the path of its file
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _HASH, _UNREACHABLE, _FOLDER
 */
export function pullModel(name: string, options: FetchModelOptions = {}): Promise<string> {
  return resolveModel(name, options)
}

/**
 * The path of a model's file.
 *
 * @throws MAESTRO_LOCAL_MODEL_MISSING when it is not here, MAESTRO_LOCAL_MODEL_HASH when it is another file,
 *   MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE
 */
export async function modelPath(name: string): Promise<string> {
  const { path, sha256 } = locateModel(name)
  if (!existsSync(path)) throw localError('MAESTRO_LOCAL_MODEL_MISSING', { model: name, place: path })
  if (sha256 !== undefined) await verifyFile(path, sha256)
  return path
}
