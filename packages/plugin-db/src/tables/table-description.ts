import type { ColumnKind } from '../values/value-kind.js'

/** A column of a table in the database. */
export interface TableColumn extends ColumnKind {
  readonly name: string
  /** Its type in the database's words. */
  readonly type: string
  readonly nullable: boolean
  /** Whether a row may omit it, because it has a default or numbers itself. */
  readonly optional: boolean
  /** Whether the database computes it and accepts no value. */
  readonly generated: boolean
}

/** A table in the database. */
export interface TableDescription {
  readonly kind: 'table' | 'view'
  readonly columns: readonly TableColumn[]
  /** Its columns, in order; none without a primary key. */
  readonly primaryKey: readonly string[]
  /**
   * The columns of each unique index, including the primary key. Indexes over expressions or over a part of the rows
   * are omitted.
   */
  readonly uniques: readonly (readonly string[])[]
  /** Whether rows of other tables, which its unique indexes do not cover, are read with it. @default false */
  readonly isShared?: boolean
  /** The objects that depend on the table and would be lost with it, such as views, triggers, or rights. */
  readonly attached: readonly string[]
  /** Why a change of it cannot be rolled back, if it cannot. */
  readonly unsafe?: string | undefined
}
