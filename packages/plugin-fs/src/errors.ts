import { defineErrors } from '@maestro-dataflow/core'

/** The errors of files. */
export const fsErrors = {
  MAESTRO_FS_FORMAT_UNKNOWN: {
    message: (d: { path: string }) => `The format of ${d.path} is not known from its name.`,
    hint: () => "Name it with the option `format`: 'jsonl', 'csv' or 'tsv'.",
  },
  MAESTRO_FS_COLUMN_LATE: {
    message: (d: { path: string; column: string }) =>
      `A row has the column "${d.column}", which is not in the header of ${d.path}.`,
    hint: () => 'List the columns to write in the option `columns`.',
  },
  MAESTRO_FS_HEADER: {
    message: (d: { path: string; reason: string }) => `The header of ${d.path} cannot be used: ${d.reason}.`,
    hint: () => 'Give every column a name of its own.',
  },
} as const

export const fsError = defineErrors(fsErrors)
