import type { FileFormat } from '../format.js'
import type { FoundFile } from '../found-file.js'

/** A place outside this machine. */
export interface Place {
  /**
   * The files of a path, glob, or folder.
   *
   * @throws MAESTRO_STORAGE_NOT_FOUND, MAESTRO_FS_FOLDER_EMPTY, MAESTRO_FS_PLACE_REFUSED, MAESTRO_FS_PLACE_UNREACHABLE
   */
  find(path: string, format: FileFormat | undefined): Promise<readonly FoundFile[]>
  /**
   * The destination of an output.
   *
   * @throws MAESTRO_RUN_OUTPUT_EXISTS unless `replace`, MAESTRO_FS_PLACE_READ_ONLY
   */
  output(path: string, replace: boolean): Promise<Destination>
}

/** Where an output becomes visible, as a whole, when all rows are there. */
export interface Destination {
  /** The place in messages. */
  readonly shown: string
  /** Whether a file that is not empty exists there. */
  readonly isFilled: boolean
  /**
   * Moves or copies a finished file of this machine to the place.
   *
   * @throws MAESTRO_RUN_OUTPUT_EXISTS when a file has appeared there that may not be replaced
   */
  publish(file: string, rows: number): Promise<void>
}
