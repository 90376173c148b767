import { defineErrors } from '@maestro-dataflow/core'

/** The errors of the files plugin. */
export const fsErrors = {
  MAESTRO_FS_FORMAT_UNKNOWN: {
    message: (d: { path: string }) => `The format of ${d.path} cannot be determined from its name.`,
    hint: ({ path }: { path: string }) => {
      if (/\.(xls|ods|avro|orc)$/i.test(path))
        return 'This format is not supported. Save the table as CSV or JSON Lines first.'
      return "Set the option `format`: 'jsonl', 'json', 'csv', 'tsv', 'text', 'markdown', 'parquet', 'arrow', or 'xlsx'."
    },
  },
  MAESTRO_FS_WHERE_COLUMN: {
    message: (d: { path: string; missing: readonly string[]; read: readonly string[] }) =>
      `The condition on ${d.missing.map((name) => `"${name}"`).join(', ')} cannot be checked, because no such column is read from ${d.path}. ` +
      `These columns are read: ${d.read.map((name) => `"${name}"`).join(', ')}.`,
    hint: () => 'Correct the name in `where`, or add the column to `columns`.',
  },
  MAESTRO_FS_PARQUET: {
    message: (d: { path: string; reason: string }) => `The Parquet file ${d.path} cannot be read: ${d.reason}.`,
    hint: ({ reason }: { reason: string }) =>
      reason.includes('compression')
        ? 'Write the file with the compression snappy, zstd, gzip, brotli, or lz4_raw, or with none.'
        : 'Copy or download the file again, or write it again with the program that made it.',
  },
  MAESTRO_FS_PARQUET_NAME: {
    message: (d: { column: string }) => `A Parquet file with the column "${d.column}" could not be read again.`,
    hint: () => 'Rename the column before the file is written, or write another format, such as JSON Lines.',
  },
  MAESTRO_FS_ARROW: {
    message: (d: { path: string; reason: string }) => `The Arrow file ${d.path} cannot be read: ${d.reason}.`,
    hint: () => 'Copy or download the file again, or write it again in the present format (Feather version 2).',
  },
  MAESTRO_FS_SHEET_UNKNOWN: {
    message: (d: { path: string; sheet: string; sheets: readonly string[] }) =>
      `The workbook ${d.path} has no sheet "${d.sheet}". It has ${d.sheets.map((name) => `"${name}"`).join(', ')}.`,
    hint: () => "Set `sheet` to one of these names, to a number from 1, or to '*' for all sheets.",
  },
  MAESTRO_FS_EXCEL_SIZE: {
    message: (d: { what: string }) => `An Excel workbook cannot hold ${d.what}.`,
    hint: () =>
      'A sheet has 16,384 columns, and a cell holds 32,767 characters. Write fewer columns, or another format.',
  },
  MAESTRO_FS_CONTENT: {
    message: (d: { reason: string }) => `The content cannot be read: ${d.reason}.`,
    hint: () => 'Write the file again with the program that made it, or leave the column out.',
  },
  MAESTRO_FS_NOT_A_FILE: {
    message: (d: { path: string }) => `${d.path} is a pipe, a device, or a socket, and not a file.`,
    hint: () => 'Give its rows to standard input, which the path `-` stands for, or copy them into a file.',
  },
  MAESTRO_FS_URL: {
    message: (d: { path: string }) => `${d.path} is in a place that fs.file does not know.`,
    hint: () =>
      'Use a path of this machine, s3://bucket/key, https://..., or hf://datasets/owner/name/.... Or pass the file through standard input: curl URL | maestro run NAME --set path=-, if the pipeline takes its path as a parameter.',
  },
  MAESTRO_FS_PLACE_PATH: {
    message: (d: { path: string; reason: string }) => `The path ${d.path} cannot be used: ${d.reason}.`,
    hint: () => 'Write s3://bucket/key, https://host/file, or hf://datasets/owner/name[@revision]/file.',
  },
  MAESTRO_FS_PLACE_REFUSED: {
    message: (d: { place: string; status: number; reason: string; credentials?: string }) =>
      `${d.place} refused the request (status ${d.status}): ${d.reason}.`,
    hint: ({ reason, credentials }: { reason: string; credentials?: string }) => {
      if (credentials === undefined) return 'Check the address, and that it may be read without signing in.'
      return /expired/i.test(reason)
        ? `The credentials have expired: set new ones with ${credentials}.`
        : `Check the path, and the credentials and their rights: ${credentials}.`
    },
  },
  MAESTRO_FS_PLACE_ENCODING: {
    message: (d: { path: string; encoding: string }) =>
      `${d.path} is sent with Content-Encoding ${d.encoding}, in which it cannot be read.`,
    hint: () =>
      'Store the file without this header. Files of text may also have the ending .gz or .zst, and a single one with Content-Encoding gzip or zstd is read by its own path.',
  },
  MAESTRO_FS_PLACE_LISTING: {
    message: (d: { place: string; reason: string }) =>
      `The list of the objects of ${d.place} is not whole: ${d.reason}.`,
    hint: () =>
      'No object is left out without a word. Name the objects one by one, or ask who runs the service for an answer as of ListObjectsV2.',
  },
  MAESTRO_FS_PLACE_UNREACHABLE: {
    message: (d: { place: string; reason: string }) => `${d.place} cannot be reached: ${d.reason}.`,
    hint: () => 'Check the network and the address, and run or resume later.',
    retryable: true,
  },
  MAESTRO_FS_PLACE_READ_ONLY: {
    message: (d: { path: string }) => `Nothing can be written to ${d.path}.`,
    hint: () => 'Write to a path of this machine, to s3://bucket/key, or to hf://datasets/owner/name/file.',
  },
  MAESTRO_FS_APPEND: {
    message: (d: { path: string; reason: string }) => `No rows can be added to ${d.path}: ${d.reason}.`,
    hint: () => "Nothing was changed. Correct the file, or write to another one, or use `mode: 'overwrite'`.",
  },
  MAESTRO_FS_KEY: {
    message: (d: { key: string; where: string }) => `The key column "${d.key}" has no usable value in ${d.where}.`,
    hint: () => 'A key is a text, a number, or a date. Nothing was changed.',
  },
  MAESTRO_FS_KEY_MISSING: {
    message: (d: { path: string }) => `The mode 'upsert' of ${d.path} needs the option \`key\`.`,
    hint: () => 'Set `key` to the column whose value tells which rows are the same.',
  },
  MAESTRO_FS_PARTITION: {
    message: (d: { path: string; missing: readonly string[]; known: readonly string[] }) =>
      `The files of ${d.path} are named by ${d.missing.map((name) => `"${name}"`).join(', ')}, which the rows do not have. They have ${d.known.map((name) => `"${name}"`).join(', ')}.`,
    hint: () => 'Correct `partitionBy` or the names in braces, or add the column in an earlier step.',
  },
  MAESTRO_FS_TOO_MANY_FILES: {
    message: (d: { path: string; limit: number }) => `The rows for ${d.path} go to more than ${d.limit} files.`,
    hint: () => 'Use columns with fewer values. Nothing was written.',
  },
  MAESTRO_FS_PARTITION_VALUE: {
    message: (d: { path: string; reason: string }) => `The folders of ${d.path} do not fit: ${d.reason}.`,
    hint: () => 'Correct the type of the column in `columns`, or leave it out to read the value as text.',
  },
  MAESTRO_FS_SPLIT: {
    message: (d: { path: string; kind: 'split' | 'config'; known: readonly string[]; asked?: string }) =>
      d.asked === undefined
        ? `The dataset ${d.path} has several ${d.kind}s: ${d.known.join(', ')}.`
        : `The dataset ${d.path} has no ${d.kind} "${d.asked}".${d.known.length === 0 ? '' : ` It has ${d.known.join(', ')}.`}`,
    hint: ({ kind }: { kind: string }) => `Set \`hub: { ${kind} }\` to one of them, or name the files in the path.`,
  },
  MAESTRO_FS_CHANGED: {
    message: (d: { path: string }) => `${d.path} was changed while it was read.`,
    hint: () => 'Run again, so that all rows come from one version of the file.',
  },
  MAESTRO_FS_TOO_LARGE: {
    message: (d: { path: string; bytes: number; limit: number }) =>
      `${d.path} has at least ${d.bytes} bytes, but the limit is ${d.limit}.`,
    hint: () => "If this is right, raise the limit: `web: { maxSize: '100GB' }`.",
  },
  MAESTRO_FS_INPUT_TERMINAL: {
    message: () => 'The path "-" stands for standard input, and nothing is passed to it.',
    hint: () => 'Pass a file, for example with `cat reviews.csv | maestro ...` or `maestro ... < reviews.csv`.',
  },
  MAESTRO_FS_FOLDER_EMPTY: {
    message: (d: { path: string; format?: string | undefined }) =>
      `The folder ${d.path} does not contain any ${d.format === undefined ? 'files of a known format' : `${d.format} files`}.`,
    hint: () =>
      'The files .jsonl, .ndjson, .json, .csv, .tsv, .txt, .md, .markdown, .parquet, .arrow, .feather, and .xlsx of a folder are read, also if they are compressed as .gz or .zst. For other extensions, use a glob such as data/**/*.log, and set `format`.',
  },
  MAESTRO_FS_OPTION_UNFIT: {
    message: (d: { option: string; formats: string; path: string }) =>
      `The option \`${d.option}\` only applies to ${d.formats}, but ${d.path} has another format.`,
    hint: (d: { option: string }) => `Leave \`${d.option}\` out, or set the option \`format\`.`,
  },
  MAESTRO_FS_COLUMN_LATE: {
    message: (d: { path: string; column: string }) =>
      `A row has the column "${d.column}", which is not in the header of ${d.path}.`,
    hint: () => 'List the columns to write in the option `columns`.',
  },
  MAESTRO_FS_COLUMN_MISSING: {
    message: (d: { path: string; missing: readonly string[]; header: readonly string[] }) =>
      `The header of ${d.path} does not contain ${d.missing.map((column) => `"${column}"`).join(', ')}. It contains ${d.header.map((column) => `"${column}"`).join(', ')}.`,
    hint: () =>
      'Write the names exactly as in the file, including capitals and spaces. Set `delimiter` if another character separates the cells, or set `header` to the names if the file has no header.',
  },
  MAESTRO_FS_WHERE: {
    message: (d: { path: string; reason: string }) => `\`where\` cannot be used for ${d.path}: ${d.reason}.`,
    hint: () =>
      "Declare the type of the column, such as columns: { score: 'number' }, or compare it with a value of its type. A cell of CSV without a type is text.",
  },
  MAESTRO_FS_HEADER: {
    message: (d: { path: string; reason: string }) => `The header of ${d.path} cannot be used: ${d.reason}.`,
    hint: ({ reason }: { reason: string }) =>
      reason.includes('encoding')
        ? 'Set `encoding` to the encoding of the file, such as utf-16le, windows-1252, gb18030, or shift_jis.'
        : 'Give every column a unique name, and end lines with LF or CRLF. If the names look wrong, set `encoding` to the encoding of the file.',
  },
  MAESTRO_FS_PROJECT_FILE: {
    message: (d: { path: string }) => `${d.path} belongs to the project itself and is not overwritten with rows.`,
    hint: () =>
      'Choose another path, for example in a folder `out`, or set `allowProjectFiles: true` to overwrite the file anyway.',
  },
  MAESTRO_FS_TEXT_MISSING: {
    message: (d: { path: string; column: string }) => `A row for ${d.path} has no text in the column "${d.column}".`,
    hint: () => 'Set the option `column` to the column to write, or fill the column in an earlier step.',
  },
  MAESTRO_FS_STORAGE_OPTIONS: {
    message: (d: { issues: readonly string[] }) => `The options of FileStorage are not valid: ${d.issues.join('; ')}.`,
    hint: () =>
      'FileStorage accepts the options of the source fs.file, and `directory`, `steps`, `project`, and `allowOutsidePaths`.',
  },
  MAESTRO_FS_STEPS_STALE: {
    message: (d: { directory: string; input: string }) =>
      `The steps in the folder ${d.directory} were made from another version of the input ${d.input}.`,
    hint: () => "Use another `directory`, or start over with `steps: 'restart'`.",
  },
} as const

export const fsError = defineErrors(fsErrors)
