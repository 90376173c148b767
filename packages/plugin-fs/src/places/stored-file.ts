/** A range of bytes: from `start`, up to but without `end`. */
export interface ByteRange {
  /** @default 0 */
  readonly start?: number
  /** @default the size of the file */
  readonly end?: number
}

/** A file somewhere: on this machine, in a bucket, at a web address, or on a hub. */
export interface StoredFile {
  /** The size in bytes. */
  readonly size: number
  /** The path, for a file of this machine, which other programs may read too. */
  readonly localPath?: string | undefined
  /** The bytes of a range, as they arrive. Files that are left early close themselves. */
  stream(range?: ByteRange): AsyncIterable<Buffer>
  /** The bytes from a place on, for a file that is read fastest so. The bytes of a chunk are gone when the next one is asked for. */
  lend?(start: number): AsyncIterable<Buffer>
  /** Opens the file for reading at any place. */
  open(): Promise<OpenedFile>
  /**
   * Identifies the content. A resumed run compares it with what was read before.
   *
   * @param isFull Whether to look at all bytes, if the place itself does not vouch for them.
   */
  identity(isFull: boolean): Promise<string>
}

/** A file that is open for reading at any place. */
export interface OpenedFile {
  readonly size: number
  /** The bytes of a range; fewer if the file ends before. */
  read(start: number, end: number): Promise<Buffer>
  close(): Promise<void>
}
