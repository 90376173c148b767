import type { Compression, FileFormat } from './format.js'
import type { StoredFile } from './places/stored-file.js'

/** A file to read. */
export interface FoundFile {
  readonly file: StoredFile
  /** The name in messages and row ids: relative to the project. */
  readonly name: string
  readonly format: FileFormat
  readonly compression: Compression
  /** The columns that the folders of its path state, such as `year=2026`. */
  readonly partition?: Readonly<Record<string, string | null>>
}

/** The folder of a project, and whether paths may leave it. */
export interface Project {
  readonly directory: string
  readonly allowOutside: boolean
  readonly allowPrivateAddresses?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** The folder of the run that reads the files, or that is to be resumed. */
  readonly runDirectory?: string | undefined
}
