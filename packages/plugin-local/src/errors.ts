import { defineErrors } from '@maestro-dataflow/core'

/** The errors of models in this process. */
export const localErrors = {
  MAESTRO_LOCAL_MODEL_UNKNOWN: {
    message: (d: { model: string; known: readonly string[] }) => `There is no model "${d.model}".`,
    hint: (d: { model: string; known: readonly string[] }) =>
      `Known: ${d.known.join(', ')}. A path to a .gguf file works too.`,
  },
  MAESTRO_LOCAL_MODEL_HASH: {
    message: (d: { file: string; expected: string; found: string }) =>
      `${d.file} is not the file that was expected: its sha256 is ${d.found}, not ${d.expected}.`,
    hint: () => 'Delete it; it is then fetched again.',
  },
  MAESTRO_LOCAL_MODEL_UNREACHABLE: {
    message: (d: { model: string; tried: readonly string[]; place: string }) =>
      `The model ${d.model} could not be fetched:\n${d.tried.map((line) => `  - ${line}`).join('\n')}`,
    hint: (d: { model: string; tried: readonly string[]; place: string }) => `Place the file by hand at ${d.place}.`,
  },
  MAESTRO_LOCAL_ARCHIVE: {
    message: (d: { archive: string; reason: string }) => `${d.archive}: ${d.reason}`,
    hint: () => 'The package index may have another version of it; place the file by hand.',
  },
  MAESTRO_LOCAL_LOAD: {
    message: (d: { model: string; reason: string }) => `The model ${d.model} could not be loaded: ${d.reason}`,
    hint: () => 'Check that the file is a whole GGUF model and that there is memory for it.',
  },
  MAESTRO_LOCAL_MEDIA: {
    message: (d: { model: string; type: string }) =>
      `The model ${d.model} takes text only; the prompt has a part of type ${d.type}.`,
    hint: () => 'Use a serving that can see or hear.',
  },
} as const

export const localError = defineErrors(localErrors)
