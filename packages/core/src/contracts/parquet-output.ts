/** A Parquet file that a table engine may write. */
export interface ParquetOutput {
  readonly path: string
  readonly compression: 'snappy' | 'zstd' | 'gzip' | 'brotli' | 'none'
  /** About how many rows a row group has. */
  readonly rowGroup: number
}
