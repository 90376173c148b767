import { defineErrors } from '@maestro-dataflow/core'

/** The errors of text operators. */
export const textErrors = {
  MAESTRO_TEXT_MISSING: {
    message: (d: { column: string; found: string }) =>
      `The column "${d.column}" contains ${d.found} instead of a text.`,
    hint: () => 'Convert the column to text in a step before, or filter out the rows without a text.',
  },
  MAESTRO_TEXT_MEASURE: {
    message: (d: { column: string; found: string }) =>
      `The column "${d.column}" should hold a measure, but contains ${d.found}.`,
    hint: () => 'Put a step `text.measure` with the same `prefix` before this one, or name the text in `input`.',
  },
  MAESTRO_TEXT_INDEX: {
    message: (d: { path: string; reason: string }) => `The index of texts at ${d.path} cannot be used: ${d.reason}`,
    hint: () => 'Use the options with which the index was made, or name another file in `index`.',
  },
}

export const textError = defineErrors(textErrors)
