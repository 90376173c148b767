import type { ColumnKind } from '../values/value-kind.js'

/** A column of a table as the database has it. */
export interface TableColumn extends ColumnKind {
  readonly name: string
  /** Its type in the database's words. */
  readonly type: string
  readonly nullable: boolean
  /** Whether a row may leave it out: it has a default, or numbers itself. */
  readonly optional: boolean
  /** Whether the database computes it and takes no value. */
  readonly generated: boolean
}

/** A table as the database has it. */
export interface TableDescription {
  readonly kind: 'table' | 'view'
  readonly columns: readonly TableColumn[]
  /** Its columns, in order; none without a primary key. */
  readonly primaryKey: readonly string[]
  /** The columns of each unique index, the primary key's among them. Those over expressions or a part of the rows are not. */
  readonly uniques: readonly (readonly string[])[]
  /** What hangs on the table and would be lost with it, such as views, triggers or rights. */
  readonly attached: readonly string[]
  /** Why a change of it cannot be taken back, when it cannot. */
  readonly unsafe?: string | undefined
}
