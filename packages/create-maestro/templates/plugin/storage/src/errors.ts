import { defineErrors } from '@maestro-dataflow/core'

/** The errors of this plugin. Each says what happened and what to do. */
export const pluginError = defineErrors({
  ACME_FILE_MISSING: {
    message: (d: { path: string }) => `The file ${d.path} does not exist.`,
    hint: () => 'Check `path`; it is relative to the config.',
  },
  ACME_LINE: {
    message: (d: { place: string }) => `${d.place} has no equals sign.`,
    hint: () => 'Write each line as name=value.',
  },
  ACME_ROW: {
    message: (d: { reason: string }) => `The row cannot be a line: ${d.reason}`,
    hint: () => 'Give each row the texts "name" and "value" alone, without line breaks, and names without "=".',
  },
})
