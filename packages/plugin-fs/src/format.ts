import { fsError } from './errors.js'

/** How rows are written in a file. */
export type FileFormat = 'jsonl' | 'csv' | 'tsv'
/** How a file is packed. */
export type Compression = 'gzip' | 'zstd' | undefined

const endings: Readonly<Record<string, FileFormat>> = { jsonl: 'jsonl', ndjson: 'jsonl', csv: 'csv', tsv: 'tsv' }

/** The format and compression of a file, from its name. @throws MAESTRO_FS_FORMAT_UNKNOWN */
export function formatOf(
  path: string,
  given?: FileFormat,
): { readonly format: FileFormat; readonly compression: Compression } {
  const lower = path.toLowerCase()
  const compression = lower.endsWith('.gz') ? 'gzip' : lower.endsWith('.zst') ? 'zstd' : undefined
  const bare = compression === undefined ? lower : lower.slice(0, lower.lastIndexOf('.'))
  const format = given ?? endings[bare.slice(bare.lastIndexOf('.') + 1)]
  if (format === undefined) throw fsError('MAESTRO_FS_FORMAT_UNKNOWN', { path })
  return { format, compression }
}
