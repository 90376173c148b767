import type { ColumnSet, Columns } from '../../contracts/row.js'
import type { TypeFrom } from './column-types.js'

/**
 * The effects of an operator on columns, as data. In a column name, `{option}` stands for the value of an option (each
 * item of a list, each key of a record), and `{output|input}` stands for the value of the second option if the first is
 * not set.
 */
export interface Effects {
  /** The added or replaced columns with their types. */
  readonly adds?: Readonly<Record<string, TypeFrom>> | ((options: never, before: ColumnSet) => Columns)
  readonly drops?: readonly string[]
  /** Only these columns and the added ones remain. @default all */
  readonly keeps?: readonly string[]
  /** The option, in braces, that maps old names to new ones. */
  readonly renames?: string
}

/** The effects of an operator on columns, as types. `Adds` is undefined if the operator does not declare it. */
export interface EffectTypes<Adds, Made, Drops, Keeps, Renames> {
  readonly adds: Adds
  /** The columns that a function of the options adds, as far as it names them with literals. */
  readonly made: Made
  readonly drops: Drops
  readonly keeps: Keeps
  readonly renames: Renames
}

/**
 * A type function of the given options and the previous row, for effects that data cannot express.
 *
 * @example
 * interface ExtractRow extends RowFunction {
 *   readonly row: With<this['before'], SchemaOutput<this['options'] extends { schema: infer S } ? S : never>>
 * }
 */
export interface RowFunction {
  readonly before: unknown
  readonly options: unknown
  readonly row: unknown
}

/** Declares the type function of an operator or source. Has no value at run time. */
export const rowFunction = <F extends RowFunction>(): F | undefined => undefined

/** A row with a constant type. */
export interface FixedRow<Row> extends RowFunction {
  readonly row: Row
}

/** Declares the row type of a source whose rows always have the same columns. Has no value at run time. */
export const rowType = <Row>(): FixedRow<Row> | undefined => undefined
