import { existsSync } from 'node:fs'
import { localError } from '../errors.js'
import type { FetchModelOptions } from './fetch-model.js'
import { locateModel } from './model-location.js'
import { type ModelKind, modelTable } from './model-table.js'
import { resolveModel } from './resolve-model.js'
import { verifyFile } from './verify-file.js'

/** A model that a config can name, and whether its files are present. */
export interface ModelListing {
  readonly name: string
  readonly kind: ModelKind
  readonly description: string
  readonly license: string
  /** The size of all its files. */
  readonly bytes: number
  /** The file that is loaded; the others are beside it. */
  readonly file: string
  /** The path of that file; undefined if not all files are in the folder of models. */
  readonly path: string | undefined
}

/** The models that are known by name. */
export async function listModels(): Promise<readonly ModelListing[]> {
  return modelTable.map(({ name, kind, description, license, files }) => {
    const locations = locateModel(name).files
    const isHere = locations.every(({ path }) => existsSync(path))
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return {
      name,
      kind,
      description,
      license,
      bytes,
      file: files[0].file,
      path: isHere ? locations[0].path : undefined,
    }
  })
}

/**
 * Downloads a model, by its name or as `hf:owner/repository/...`, unless its files are present and complete.
 *
 * @returns the path of its file; of several files, the one that is loaded
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE, _HASH, _UNREACHABLE, _FOLDER
 */
export function pullModel(name: string, options: FetchModelOptions = {}): Promise<string> {
  return resolveModel(name, options)
}

/**
 * The path of a model's file; of several files, the one that is loaded.
 *
 * @param options The folder where a relative path starts.
 * @throws MAESTRO_LOCAL_MODEL_MISSING for a missing file that can be downloaded, MAESTRO_LOCAL_FILE_MISSING for one
 *   that cannot, MAESTRO_LOCAL_MODEL_HASH for a wrong file, MAESTRO_LOCAL_MODEL_UNKNOWN, _REFERENCE
 */
export async function modelPath(name: string, options: { readonly directory?: string } = {}): Promise<string> {
  const { files } = locateModel(name, options)
  for (const { path, sha256, sources, optional } of files) {
    if (optional === true) continue
    if (!existsSync(path))
      throw sources.length === 0
        ? localError('MAESTRO_LOCAL_FILE_MISSING', { file: path })
        : localError('MAESTRO_LOCAL_MODEL_MISSING', { model: name, place: path })
    if (sha256 !== undefined) await verifyFile(path, sha256)
  }
  return files[0].path
}
