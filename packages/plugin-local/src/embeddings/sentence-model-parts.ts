import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { localError } from '../errors.js'
import { folderOf, settingsFiles } from './sentence-files.js'
import type { Pooling, SentenceSettings } from './sentence-settings.js'

/** The parts of an embedding model. */
export interface SentenceModelParts {
  /** The ONNX graph, as a file or as bytes. */
  readonly graph: string | Uint8Array
  /** The content of tokenizer.json. */
  readonly tokenizer: object
  /** The content of tokenizer_config.json, if it exists. */
  readonly tokenizerConfig?: object
  readonly settings: SentenceSettings
}

/** Reads the parts from the folder of an ONNX file, in the layout of transformers.js. */
export function readSentenceModel(model: string): SentenceModelParts {
  const folder = folderOf(model)
  const read = (file: string): Readonly<Record<string, unknown>> | undefined => {
    const path = join(folder, file)
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  }
  const tokenizerConfig = read(settingsFiles.tokenizer)
  const lengths = [tokenizerConfig?.model_max_length, read(settingsFiles.model)?.max_position_embeddings]
  // Tokenizers without a limit of their own state a number of thirty digits.
  const known = lengths.filter((length) => typeof length === 'number' && length < 1e9) as number[]
  const positions = known.length === 0 ? undefined : Math.min(...known)
  const maxTokens = read(settingsFiles.sentences)?.max_seq_length
  const pooling = poolingOf(read(settingsFiles.pooling), folder)
  return {
    graph: model,
    tokenizer: JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')),
    ...(tokenizerConfig && { tokenizerConfig }),
    settings: {
      ...(pooling && { pooling }),
      ...(positions && { positions }),
      ...(typeof maxTokens === 'number' && { maxTokens }),
    },
  }
}

const poolings: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
}

function poolingOf(config: Readonly<Record<string, unknown>> | undefined, folder: string): Pooling | undefined {
  const modes = Object.entries(config ?? {}).flatMap(([name, value]) =>
    name.startsWith('pooling_mode_') && value === true ? [name] : [],
  )
  const [mode] = modes
  if (mode === undefined) return undefined
  const known = poolings[mode]
  if (known === undefined || modes.length > 1)
    throw localError('MAESTRO_LOCAL_NOT_SENTENCES', { model: folder, reason: `it pools by ${modes.join(' and ')}` })
  return known
}
