import type { ColumnType, ColumnValue } from '../../contracts/row.js'

/*
 * Rows as types. A row is rebuilt from `[name, type]` entries at each step, so that it does not refer to the row before
 * it: rows that do make the compiler give up ("excessively deep") after some 33 steps.
 */

/** The names of a row's columns. */
export type Column<Row> = keyof Row & string

/** An object type as one flat list of members. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** The TypeScript value of a column type. */
export type ValueOf<Type> = Type extends keyof ColumnValue ? ColumnValue[Type] : unknown

/** A row without some columns. Unlike `Omit` it keeps what is known of a row that may hold others. */
export type Without<Row, Names> = { [K in keyof Row as K extends Names ? never : K]: Row[K] }

/** A row that may hold more columns than the types know; those they know keep their types. */
export type Open<Row> = Flat<Row & { [column: string]: unknown }>

// A conditional type for each column, and no mapped type: its result holds the column's type, not the way to it.
type Entries<Row, Name = keyof Row> = Name extends keyof Row ? [Name, Row[Name]] : never
type FromEntries<E> = {
  [X in E as X extends [infer K extends PropertyKey, unknown] ? K : never]: X extends [unknown, infer V] ? V : never
} & {}

/** A row with columns added; an added column replaces one of the same name. */
export type With<Row, Added> = [keyof Added] extends [never]
  ? Row
  : string extends keyof Added
    ? Open<Row>
    : string extends keyof Row
      ? Flat<Without<Row, keyof Added> & Added>
      : FromEntries<Entries<Row, Exclude<keyof Row, keyof Added>> | Entries<Added>>

type Fits<Cell, Value> = unknown extends Cell | Value ? true : [Extract<Cell, Value>] extends [never] ? false : true
type OfType<Row, Type extends ColumnType> = {
  [K in keyof Row as string extends K ? never : Fits<Row[K], ColumnValue[Type]> extends true ? K : never]: 1
}

/** What an option that names a column takes; of a row that may hold others any text, the known columns first. */
export type ColumnName<Row, Type extends ColumnType = 'unknown'> = string extends keyof Row
  ? (keyof OfType<Row, Type> & string) | (string & {})
  : keyof OfType<Row, Type> & string
