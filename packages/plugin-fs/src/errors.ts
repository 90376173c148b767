import { defineErrors } from '@maestro-dataflow/core'

/** The errors of the files plugin. */
export const fsErrors = {
  MAESTRO_FS_FORMAT_UNKNOWN: {
    message: (d: { path: string }) => `The format of ${d.path} is not known from its name.`,
    hint: ({ path }: { path: string }) => {
      if (/\.(xlsx?|ods|parquet|arrow|feather|avro|orc)$/i.test(path))
        return 'Files of this format are not read: save the table as CSV or JSON Lines first.'
      return "Name it with the option `format`: 'jsonl', 'json', 'csv', 'tsv', 'text' or 'markdown'."
    },
  },
  MAESTRO_FS_URL: {
    message: (d: { path: string }) => `${d.path} is a URL. The storage fs.file reads and writes files.`,
    hint: () =>
      'Download the file first, or pass it through standard input: curl URL | maestro run NAME --set path=-, if the pipeline takes its path as a parameter.',
  },
  MAESTRO_FS_INPUT_TERMINAL: {
    message: () => 'The path "-" stands for standard input, and nothing is passed to it.',
    hint: () => 'Pass a file, for example with `cat reviews.csv | maestro ...` or `maestro ... < reviews.csv`.',
  },
  MAESTRO_FS_FOLDER_EMPTY: {
    message: (d: { path: string; format?: string | undefined }) =>
      `The folder ${d.path} holds no ${d.format === undefined ? 'file of a known format' : `${d.format} file`}.`,
    hint: () =>
      'A folder gives its .jsonl, .ndjson, .json, .csv, .tsv, .txt, .md and .markdown files, packed by .gz or .zst too. For other endings write a glob, such as data/**/*.log, and the option `format`.',
  },
  MAESTRO_FS_OPTION_UNFIT: {
    message: (d: { option: string; formats: string; path: string }) =>
      `The option \`${d.option}\` is for ${d.formats}; ${d.path} is none.`,
    hint: (d: { option: string }) => `Leave \`${d.option}\` out, or name the option \`format\`.`,
  },
  MAESTRO_FS_COLUMN_LATE: {
    message: (d: { path: string; column: string }) =>
      `A row has the column "${d.column}", which is not in the header of ${d.path}.`,
    hint: () => 'List the columns to write in the option `columns`.',
  },
  MAESTRO_FS_COLUMN_MISSING: {
    message: (d: { path: string; missing: readonly string[]; header: readonly string[] }) =>
      `The header of ${d.path} has no ${d.missing.map((column) => `"${column}"`).join(', ')}; it has ${d.header.map((column) => `"${column}"`).join(', ')}.`,
    hint: () =>
      'Name the columns as the file does (capitals and spaces count), set `delimiter` if the cells are parted by another character, or give the names by `header` when the file has no header.',
  },
  MAESTRO_FS_HEADER: {
    message: (d: { path: string; reason: string }) => `The header of ${d.path} cannot be used: ${d.reason}.`,
    hint: ({ reason }: { reason: string }) =>
      reason.includes('encoding')
        ? 'Set `encoding` to that of the file, such as utf-16le, windows-1252, gb18030 or shift_jis.'
        : 'Give every column a name of its own, in lines that end in LF or CRLF. If the names look wrong, set `encoding` to that of the file.',
  },
  MAESTRO_FS_PROJECT_FILE: {
    message: (d: { path: string }) => `${d.path} belongs to the project itself and is not overwritten with rows.`,
    hint: () => 'Choose another path, such as one in a folder `out`, or set `allowProjectFiles: true` if you mean it.',
  },
  MAESTRO_FS_RECORD_TOO_LARGE: {
    message: (d: { location: string; megabytes: number }) =>
      `${d.location}: one record is larger than ${d.megabytes} MB.`,
    hint: () => 'Check that the file has the format and line ends it should have.',
  },
  MAESTRO_FS_TEXT_MISSING: {
    message: (d: { path: string; column: string }) => `A row for ${d.path} has no text in the column "${d.column}".`,
    hint: () => 'Name the column to write with the option `column`, or fill it in a step before.',
  },
  MAESTRO_FS_STORAGE_OPTIONS: {
    message: (d: { issues: readonly string[] }) => `These options cannot make a FileStorage: ${d.issues.join('; ')}.`,
    hint: () => 'Options are those of the source fs.file, and directory, steps, project and allowOutsidePaths.',
  },
  MAESTRO_FS_STEPS_STALE: {
    message: (d: { directory: string; input: string }) =>
      `The folder ${d.directory} holds steps that were made from another input than ${d.input} as it is now.`,
    hint: () => "Use another `directory`, or begin anew with `steps: 'restart'`.",
  },
} as const

export const fsError = defineErrors(fsErrors)
