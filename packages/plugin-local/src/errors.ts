import { defineErrors } from '@maestro-dataflow/core'

interface Unknown {
  readonly model: string
  readonly known: readonly string[]
  readonly suggestion?: string | undefined
}

/** The errors of models in this process. */
export const localErrors = {
  MAESTRO_LOCAL_MODEL_UNKNOWN: {
    message: (d: Unknown) => `The model "${d.model}" is unknown.`,
    hint: (d: Unknown) =>
      `${d.suggestion === undefined ? '' : `Did you mean "${d.suggestion}"? `}Known: ${d.known.join(', ')}. A path works too (a .gguf file, or a folder with an ONNX model), and hf:owner/repository for the Hugging Face hub.`,
  },
  MAESTRO_LOCAL_MODEL_REFERENCE: {
    message: (d: { model: string }) => `"${d.model}" does not name a model on the Hugging Face hub.`,
    hint: () =>
      'Write hf:owner/repository/path/file.gguf for a chat model and hf:owner/repository for an embedding model; hf:owner/repository@revision/... for another branch or commit.',
  },
  MAESTRO_LOCAL_MODEL_MISSING: {
    message: (d: { model: string; place: string }) =>
      `The model ${d.model} is not available: ${d.place} does not exist.`,
    hint: (d: { model: string; place: string }) =>
      `Download it with \`maestro models pull ${d.model}\`, or place the file there yourself.`,
  },
  MAESTRO_LOCAL_FILE_MISSING: {
    message: (d: { file: string }) => `The file ${d.file} does not exist.`,
    hint: () =>
      'Check the path. In a config, it is relative to the config file. Write a model of the Hugging Face hub as hf:owner/repository.',
  },
  MAESTRO_LOCAL_MODEL_HASH: {
    message: (d: { file: string; expected: string; found: string }) =>
      `${d.file} is not the expected file: its sha256 is ${d.found}, not ${d.expected}.`,
    hint: (d: { file: string; expected: string; found: string }) =>
      `Delete ${d.file}, so that it is downloaded again. Nothing was loaded from it.`,
  },
  MAESTRO_LOCAL_MODEL_UNREACHABLE: {
    message: (d: { model: string; tried: readonly string[]; place: string }) =>
      `The model ${d.model} could not be downloaded:\n${d.tried.map((line) => `  - ${line}`).join('\n')}`,
    hint: (d: { model: string; tried: readonly string[]; place: string }) =>
      `Try again when a source can be reached, or place the file at ${d.place} yourself.`,
  },
  MAESTRO_LOCAL_MODEL_FOLDER: {
    message: (d: { folder: string; reason: string }) => `The folder of models ${d.folder} cannot be used: ${d.reason}`,
    hint: () =>
      'Check its permissions and the free space, or name another folder in the environment variable MAESTRO_MODELS.',
  },
  MAESTRO_LOCAL_DOWNLOAD: {
    message: (d: { url: string; reason: string; status?: number | undefined }) => `${d.url}: ${d.reason}`,
    hint: () => 'Check the address and the network. The environment variable HF_ENDPOINT names a mirror of the hub.',
    retryable: true,
  },
  MAESTRO_LOCAL_TOOL: {
    message: (d: { tool: string; reason: string }) => `${d.tool}: ${d.reason}`,
    hint: (d: { tool: string; reason: string }) =>
      `Check that ${d.tool} is installed and can reach its registry, or copy the model file to its place.`,
  },
  MAESTRO_LOCAL_ARCHIVE: {
    message: (d: { archive: string; reason: string }) => `${d.archive}: ${d.reason}`,
    hint: () => 'The package index may have another version of it. Place the file yourself.',
  },
  MAESTRO_LOCAL_LOAD: {
    message: (d: { model: string; reason: string }) => `The model ${d.model} could not be loaded: ${d.reason}`,
    hint: () => 'Check that its files are complete and that there is enough memory.',
  },
  MAESTRO_LOCAL_LIBRARY: {
    message: (d: { model: string; library: string }) =>
      `The model ${d.model} needs the package ${d.library}, which is not installed.`,
    hint: (d: { model: string; library: string }) => `npm install ${d.library}`,
  },
  MAESTRO_LOCAL_MODEL_KIND: {
    message: (d: { model: string; serving: string; fitting: string }) =>
      `${d.serving} cannot run the model ${d.model}.`,
    hint: (d: { model: string; serving: string; fitting: string }) => `Use \`${d.fitting}\` for it.`,
  },
  MAESTRO_LOCAL_NOT_SENTENCES: {
    message: (d: { model: string; reason: string }) => `${d.model} is not a supported embedding model: ${d.reason}`,
    hint: () =>
      'The model must accept tokens (input_ids, attention_mask) and return vectors that are pooled by their mean or by the first one.',
  },
  MAESTRO_LOCAL_EMBED: {
    message: (d: { model: string; reason: string }) => `The model ${d.model} could not embed the texts: ${d.reason}`,
    hint: () => 'If only long texts fail, set `contextTokens` to what the model can read.',
  },
  MAESTRO_LOCAL_THREAD: {
    message: (d: { model: string; reason: string }) => `The thread of the model ${d.model} has ended: ${d.reason}`,
    hint: () => 'The next call restarts it. If it ends again, there may not be enough memory.',
    retryable: true,
  },
  MAESTRO_LOCAL_MEDIA: {
    message: (d: { model: string; type: string }) =>
      `The model ${d.model} accepts only text, but the prompt has a part of type ${d.type}.`,
    hint: () => 'Use a serving that accepts images or audio.',
  },
} as const

export const localError = defineErrors(localErrors)
