import type { ColumnType, ColumnValue } from '../../contracts/row.js'

/*
 * Rows as types. Each step rebuilds the row from `[name, type]` entries, so that it does not refer to the previous row.
 * Otherwise the compiler fails ("excessively deep") after about 33 steps.
 */

/** The names of a row's columns. */
export type Column<Row> = keyof Row & string

/** An object type as one flat list of members. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** The TypeScript value of a column type. */
export type ValueOf<Type> = Type extends keyof ColumnValue ? ColumnValue[Type] : unknown

/** A row without some columns. Unlike `Omit`, it keeps the known columns of an open row. */
export type Without<Row, Names> = { [K in keyof Row as K extends Names ? never : K]: Row[K] }

/** An open row, which may have more columns than its type names. The named columns keep their types. */
export type Open<Row> = Flat<Row & { [column: string]: unknown }>

// Each column uses a conditional type instead of a mapped type, because its result contains the column's type and not
// its derivation.
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

/**
 * The input of an option that names a column. An open row accepts any text, and completion offers the known columns
 * first.
 */
export type ColumnName<Row, Type extends ColumnType = 'unknown'> = string extends keyof Row
  ? (keyof OfType<Row, Type> & string) | (string & {})
  : keyof OfType<Row, Type> & string
