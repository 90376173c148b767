import type { Row } from '@maestro-dataflow/core'
import type { Binding } from '../values/encode.js'

/** A row as an inserter takes it. */
export interface EncodedRow {
  readonly id: string
  readonly row: Row
  /** One for each column of its shape. */
  readonly values: readonly Binding[]
}

/** Rows that follow each other and have the same columns. */
export interface RowPart {
  readonly columns: readonly string[]
  /** How many rows. */
  readonly count: number
  /** About how many bytes they hold. */
  readonly bytes: number
  /** The rows as lines, where they go so; outside of JavaScript's heap, since many wait. */
  readonly lines: Buffer | undefined
  /** The rows one by one. Of lines they are made anew: they are needed only where one of them is refused. */
  rows(): readonly EncodedRow[]
}

/** Parts of the same columns: one statement can take them. */
export interface RowRun {
  readonly columns: readonly string[]
  readonly parts: readonly RowPart[]
}

export const rowsOf = ({ parts }: RowRun): readonly EncodedRow[] => parts.flatMap((part) => part.rows())
