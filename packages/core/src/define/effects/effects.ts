import type { ColumnSet, Columns } from '../../contracts/row.js'
import type { TypeFrom } from './column-types.js'

/**
 * What an operator does to columns, as data: names of columns, in which `{option}` stands for the value of an option
 * (each of a list, each key of a record) and `{output|input}` for that of the second where the first is not given.
 */
export interface Effects {
  /** The columns that are added, or replaced, with their types. */
  readonly adds?: Readonly<Record<string, TypeFrom>> | ((options: never, before: ColumnSet) => Columns)
  readonly drops?: readonly string[]
  /** Only these, and those that are added, remain. @default all */
  readonly keeps?: readonly string[]
  /** The option that holds new names by old ones, in braces. */
  readonly renames?: string
}

/** What an operator does to columns, as types. `Adds` is undefined where the operator says nothing of it. */
export interface EffectTypes<Adds, Made, Drops, Keeps, Renames> {
  readonly adds: Adds
  /** What a function of the options adds, as far as it names columns by literals. */
  readonly made: Made
  readonly drops: Drops
  readonly keeps: Keeps
  readonly renames: Renames
}

/**
 * A function of types from the options given and the row before, for what data cannot say.
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

/** Names the function of types of an operator or source. Has no value at run time. */
export const rowFunction = <F extends RowFunction>(): F | undefined => undefined

/** A row of always the same type. */
export interface FixedRow<Row> extends RowFunction {
  readonly row: Row
}

/** Names the row type of a source whose rows have always the same columns. Has no value at run time. */
export const rowType = <Row>(): FixedRow<Row> | undefined => undefined
