import type { SourceCursor } from '@maestro-dataflow/core'

/** A place in a file at which a record begins. */
export interface FilePlace {
  /** The number of bytes before it. */
  readonly offset: number
  /** The number of its line, from 1. */
  readonly line: number
}

export const fileStart: FilePlace = { offset: 0, line: 1 }

/** A place in the files of a source. */
export interface SourcePlace extends FilePlace {
  /** The position of the file among the files of the source, from 0. */
  readonly file: number
}

/** The place of a cursor that this source gave. */
export const placeOf = (cursor: SourceCursor | undefined): SourcePlace =>
  cursor === undefined ? { file: 0, ...fileStart } : (cursor as unknown as SourcePlace)
