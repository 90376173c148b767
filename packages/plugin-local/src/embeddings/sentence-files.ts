import { basename, dirname, join } from 'node:path'
import type { FileLocation } from '../models/file-location.js'

/** Files that state how to use a model, from the folder with its tokenizer. Not every model has them. */
export const settingsFiles = {
  tokenizer: 'tokenizer_config.json',
  model: 'config.json',
  pooling: '1_Pooling/config.json',
  sentences: 'sentence_bert_config.json',
} as const

/** The folder of a model: the ONNX file is in it, or in its folder `onnx`. */
export function folderOf(model: string): string {
  const folder = dirname(model)
  return basename(folder) === 'onnx' ? dirname(folder) : folder
}

/** The files of a model that the user names by its ONNX file or its folder. */
export function sentenceFiles(path: string, exists: (path: string) => boolean): [FileLocation, FileLocation] {
  const inFolder = join(path, 'onnx', 'model.onnx')
  const model = path.endsWith('.onnx') ? path : exists(inFolder) ? inFolder : join(path, 'model.onnx')
  return [
    { path: model, sources: [] },
    { path: join(folderOf(model), 'tokenizer.json'), sources: [] },
  ]
}

/** The files of a model on the Hugging Face hub, in the layout of transformers.js. */
export function filesOnHub(
  model = 'onnx/model.onnx',
  at: (file: string) => FileLocation,
): [FileLocation, ...FileLocation[]] {
  const optional = (file: string): FileLocation => ({ ...at(file), optional: true })
  // Weights beyond 2 GB are stored beside the graph.
  return [at(model), optional(`${model}_data`), at('tokenizer.json'), ...Object.values(settingsFiles).map(optional)]
}
