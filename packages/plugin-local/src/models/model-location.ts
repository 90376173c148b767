import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { didYouMean } from '@maestro-dataflow/core'
import { filesOnHub, sentenceFiles } from '../embeddings/sentence-files.js'
import type { SentenceSettings } from '../embeddings/sentence-settings.js'
import { localError } from '../errors.js'
import type { FileLocation } from './file-location.js'
import { modelFolder } from './model-folder.js'
import { type ModelEntry, type ModelKind, modelTable } from './model-table.js'

/** The files of a model. The first is the one that is loaded. */
export interface ModelLocation {
  readonly model: string
  readonly kind: ModelKind
  readonly files: readonly [FileLocation, ...FileLocation[]]
  readonly sentences?: SentenceSettings
}

export interface LocateOptions {
  /** The folder where a relative path starts. @default the working directory */
  readonly directory?: string
  /** @default modelFolder() */
  readonly folder?: string
  /** @default the models of this package */
  readonly table?: readonly ModelEntry[]
}

const reference = /^hf:(?<repository>[^/@]+\/[^/@]+)(?:@(?<revision>[^/]+))?(?:\/(?<file>.+))?$/

/**
 * Interprets the option `model`: a name of the table; `hf:owner/repository[@revision]/path/file.gguf` or
 * `hf:owner/repository[@revision][/path/file.onnx]`; the path of a .gguf file, of an .onnx file, or of a folder with an
 * ONNX model. It reads and downloads nothing.
 *
 * @throws MAESTRO_LOCAL_MODEL_UNKNOWN, MAESTRO_LOCAL_MODEL_REFERENCE
 */
export function locateModel(model: string, options: LocateOptions = {}): ModelLocation {
  const { directory = '.', folder = modelFolder(), table = modelTable } = options
  if (model.startsWith('hf:')) return onTheHub(model, folder)
  const entry = table.find(({ name }) => name === model)
  if (entry !== undefined) {
    const at = (file: ModelEntry['files'][number]) => ({ ...file, path: join(folder, file.file) })
    const { kind, sentences, files } = entry
    const [main, ...others] = files
    return { model, kind, files: [at(main), ...others.map(at)], ...(sentences && { sentences }) }
  }
  const path = isAbsolute(model) ? model : resolve(directory, model)
  if (model.endsWith('.gguf')) return { model, kind: 'chat', files: [{ path, sources: [] }] }
  if (/[\\/]/.test(model) || model.endsWith('.onnx'))
    return { model, kind: 'embedding', files: sentenceFiles(path, existsSync) }
  const known = table.map(({ name }) => name)
  throw localError('MAESTRO_LOCAL_MODEL_UNKNOWN', { model, known, suggestion: didYouMean(model, known) })
}

/**
 * The identity of a model, beyond its name: a file that the user names may be replaced, but a downloaded one never
 * changes.
 */
export function versionOf({ files: [main] }: ModelLocation): Readonly<Record<string, string | number>> {
  const { path, sources, sha256 } = main
  if (sha256 !== undefined) return { sha256 }
  if (sources.length > 0 || !existsSync(path)) return {}
  const { size, mtimeMs } = statSync(path)
  return { size, mtimeMs }
}

function onTheHub(model: string, folder: string): ModelLocation {
  const { repository, revision = 'main', file } = reference.exec(model)?.groups ?? {}
  const unsafe = [repository, revision, file ?? 'model.onnx']
    .join('/')
    .split('/')
    .some((step) => step === '' || step === '.' || step === '..' || /[\\:]/.test(step))
  if (repository === undefined || unsafe || !(file === undefined || /\.(gguf|onnx)$/.test(file)))
    throw localError('MAESTRO_LOCAL_MODEL_REFERENCE', { model })
  const at = (name: string): FileLocation => ({
    path: join(folder, 'hugging-face', ...repository.split('/'), revision, ...name.split('/')),
    sources: [{ kind: 'hugging-face', repository, revision, file: name }],
  })
  return file?.endsWith('.gguf') === true
    ? { model, kind: 'chat', files: [at(file)] }
    : { model, kind: 'embedding', files: filesOnHub(file, at) }
}
