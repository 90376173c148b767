import type { Columns, MaestroError } from '@maestro-dataflow/core'
import type { KnownColumns } from './column-values.js'
import type { Extreme } from './extreme-of.js'

/** A checked statement: the columns that it reads, and the types of its values. */
export interface CheckedStatement {
  readonly faults: readonly MaestroError[]
  readonly reads: readonly string[]
  /** Columns that must exist and are only compared, not computed with. */
  readonly keys: readonly string[]
  /** The kinds of the columns that were assumed when the statement was checked. */
  readonly known: KnownColumns
  /** The columns whose values an aggregate puts into its result, and does not only count or compare. */
  readonly shown: readonly string[]
  /** The columns of the result, if they differ from those of the input. */
  readonly columns?: Columns
  /** The columns that are added to those of the input. */
  readonly adds?: Columns
  /** The expression of a filter in the form that SQL computes. */
  readonly where?: string
  /** The expressions of an aggregate with their SQL types. */
  readonly values: Readonly<Record<string, ComputedValue>>
}

/** A value of an aggregate. */
export interface ComputedValue {
  /** The expression, with its aggregates in the order of the input. */
  readonly expression: string
  readonly sqlType: string
  /** Whether its decimal numbers come from a column and keep their digits. */
  readonly keepsDecimals: boolean
  /** The extreme that the expression is, if SQL cannot compare the values of its column. */
  readonly extreme?: Extreme
}
