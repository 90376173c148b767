import { fsError } from './errors.js'

/** The format of the rows in a file. `markdown` is another name for `text`: front matter stays in the text. */
export type FileFormat = 'jsonl' | 'json' | 'csv' | 'tsv' | 'text' | 'markdown' | 'parquet' | 'arrow' | 'xlsx'
/** The compression of a file. */
export type Compression = 'gzip' | 'zstd' | undefined

/** All formats, in the order in which messages list them. */
export const fileFormats = [
  'jsonl',
  'json',
  'csv',
  'tsv',
  'text',
  'markdown',
  'parquet',
  'arrow',
  'xlsx',
] as const satisfies readonly FileFormat[]

const endings = new Map<string, FileFormat>([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['txt', 'text'],
  ['md', 'markdown'],
  ['markdown', 'markdown'],
  ['parquet', 'parquet'],
  ['pq', 'parquet'],
  ['arrow', 'arrow'],
  ['feather', 'arrow'],
  ['ipc', 'arrow'],
  ['arrows', 'arrow'],
  ['xlsx', 'xlsx'],
  ['xlsm', 'xlsx'],
])

/** The format that the ending of a name indicates, whether the file is compressed or not. */
export function formatByName(path: string): FileFormat | undefined {
  const [, ending = ''] = /\.(\w+)(?:\.(?:gz|zst))?$/.exec(path.toLowerCase()) ?? []
  return endings.get(ending)
}

/** The usual ending of files of a format. */
export const endingOf = (format: FileFormat): string =>
  [...endings].find(([, ofEnding]) => ofEnding === format)?.[0] ?? format

/** The format and compression of a file, from its name. @throws MAESTRO_FS_FORMAT_UNKNOWN */
export function formatOf(
  path: string,
  given?: FileFormat,
): { readonly format: FileFormat; readonly compression: Compression } {
  const lower = path.toLowerCase()
  const compression = lower.endsWith('.gz') ? 'gzip' : lower.endsWith('.zst') ? 'zstd' : undefined
  const format = given ?? formatByName(path)
  if (format === undefined) throw fsError('MAESTRO_FS_FORMAT_UNKNOWN', { path })
  return { format, compression }
}

export const isDelimited = (format: FileFormat | undefined): boolean => format === 'csv' || format === 'tsv'
export const isText = (format: FileFormat | undefined): boolean => format === 'text' || format === 'markdown'

/** Formats whose cells have types. */
export const isTyped = (format: FileFormat | undefined): boolean =>
  format === 'parquet' || format === 'arrow' || format === 'xlsx'

/** Whether the file is uncompressed JSON lines, which other programs may read or write as text. */
export function isPlainJsonl(path: string, given: FileFormat | undefined): boolean {
  const { format, compression } = formatOf(path, given)
  return format === 'jsonl' && compression === undefined
}
