import type { Row } from '@maestro-dataflow/core'
import type { Binding } from '../values/encode.js'

/** A row as an inserter takes it. */
export interface EncodedRow {
  readonly id: string
  readonly row: Row
  /** One value for each column of its shape. */
  readonly values: readonly Binding[]
}

/** Consecutive rows with the same columns. */
export interface RowPart {
  readonly columns: readonly string[]
  /** The number of rows. */
  readonly count: number
  /** Their approximate bytes. */
  readonly bytes: number
  /** The rows as lines, if the database takes them; outside JavaScript's heap, because many wait. */
  readonly lines: Buffer | undefined
  /** The single rows. They are decoded from lines only when one of them is refused. */
  rows(): readonly EncodedRow[]
}

/** Parts with the same columns, which one statement can hold. */
export interface RowRun {
  readonly columns: readonly string[]
  readonly parts: readonly RowPart[]
}

export const rowsOf = ({ parts }: RowRun): readonly EncodedRow[] => parts.flatMap((part) => part.rows())
