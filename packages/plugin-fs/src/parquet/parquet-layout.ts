import type { StorageContext } from '@maestro-dataflow/core'

/** The compressions that can be chosen. */
export const parquetCompressions = ['snappy', 'zstd', 'gzip', 'brotli', 'none'] as const

export interface ParquetLayout {
  readonly compression: (typeof parquetCompressions)[number]
  /** The rows of one row group. */
  readonly rowGroup: number
  /** How a table engine writes the rows, if it may. */
  readonly engine?: StorageContext['writeParquet']
}
