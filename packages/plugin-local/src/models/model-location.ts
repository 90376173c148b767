import { isAbsolute, join, resolve } from 'node:path'
import { didYouMean } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import { modelFolder } from './model-folder.js'
import type { ModelSource } from './model-source.js'
import { type ModelEntry, modelTable } from './model-table.js'

/** Where a model's file is or will be, and how it gets there. */
export interface ModelLocation {
  readonly model: string
  readonly path: string
  /** Empty for a file that the user names: it is there or it is not. */
  readonly sources: readonly ModelSource[]
  readonly bytes?: number
  readonly sha256?: string
}

export interface LocateOptions {
  /** What a relative path is relative to. @default the working directory */
  readonly directory?: string
  /** @default modelFolder() */
  readonly folder?: string
  /** @default the models of this package */
  readonly table?: readonly ModelEntry[]
}

const reference = /^hf:(?<repository>[^/@]+\/[^/@]+)(?:@(?<revision>[^/]+))?\/(?<file>.+)$/

/**
 * What the option `model` means: a name of the table, `hf:owner/repository[@revision]/path/file.gguf`, or the path of a
 * .gguf file. Nothing is read or fetched.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, MAESTRO_LOCAL_MODEL_REFERENCE
 */
export function locateModel(model: string, options: LocateOptions = {}): ModelLocation {
  const { directory = '.', folder = modelFolder(), table = modelTable } = options
  if (model.startsWith('hf:')) return onTheHub(model, folder)
  if (model.endsWith('.gguf')) {
    return { model, path: isAbsolute(model) ? model : resolve(directory, model), sources: [] }
  }
  const entry = table.find(({ name }) => name === model)
  if (entry !== undefined) {
    const { bytes, sha256, sources } = entry
    return { model, path: join(folder, entry.file), sources, bytes, sha256 }
  }
  const known = table.map(({ name }) => name)
  throw localError('MAESTRO_LOCAL_MODEL_UNKNOWN', { model, known, suggestion: didYouMean(model, known) })
}

function onTheHub(model: string, folder: string): ModelLocation {
  const { repository, revision = 'main', file } = reference.exec(model)?.groups ?? {}
  const steps = [repository, revision, file].join('/').split('/')
  const unsafe = steps.some((step) => step === '' || step === '.' || step === '..' || /[\\:]/.test(step))
  if (repository === undefined || file === undefined || !file.endsWith('.gguf') || unsafe)
    throw localError('MAESTRO_LOCAL_MODEL_REFERENCE', { model })
  return {
    model,
    path: join(folder, 'hugging-face', ...steps),
    sources: [{ kind: 'hugging-face', repository, revision, file }],
  }
}
