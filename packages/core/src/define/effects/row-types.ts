import type { ColumnType, ColumnValue } from '../../contracts/row.js'

/*
 * Rows as types. Each step rebuilds the row from `[name, type]` entries, so that it does not refer to the previous row.
 * Otherwise the compiler fails ("excessively deep") after about 33 steps. The compiler does not remember the names of
 * a row that is made of entries, so that each `keyof` costs as much as the row has columns: `Flat` remembers them.
 */

/** The names of a row's columns. */
export type Column<Row> = keyof Row & string

/** An object type as one flat list of members. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** The TypeScript value of a column type. */
export type ValueOf<Type> = Type extends keyof ColumnValue ? ColumnValue[Type] : unknown

/** The columns that an open row names; `keyof` alone is `string`. */
type KnownColumn<Row> = keyof { [K in keyof Row as string extends K ? never : number extends K ? never : K]: 1 }

type EntriesOf<Row, Names extends keyof Row> = Names extends unknown ? [Names, Row[Names]] : never
type EntriesWithout<Row, Names extends keyof Row, Left> = string extends Names
  ? EntriesOf<Row, Exclude<KnownColumn<Row> & keyof Row, Left>> | [string, Row[Names & string]]
  : EntriesOf<Row, Exclude<Names, Left>>
type FromEntries<E extends [PropertyKey, unknown]> = Flat<{ [X in E as X[0]]: X[1] }>

/** A row without some columns. Unlike `Omit`, it keeps the known columns of an open row. */
export type Without<Row, Names> = FromEntries<EntriesWithout<Row, keyof Row, Names>>

/** A row with some of its columns only. */
export type Only<Row, Names extends keyof Row> = FromEntries<EntriesOf<Row, Names>>

/** A row whose columns are renamed by a record from old to new names. */
export type Renamed<Row, To> = FromEntries<RenamedEntry<EntriesWithout<Row, keyof Row, never>, To>>
type RenamedEntry<E extends [PropertyKey, unknown], To> = E extends unknown
  ? [E[0] extends keyof To ? Extract<To[E[0]], string> : E[0], E[1]]
  : never

/** An open row, which may have more columns than its type names. The named columns keep their types. */
export type Open<Row> = string extends keyof Row ? Row : FromEntries<EntriesOf<Row, keyof Row> | [string, unknown]>

/** A row with columns added; an added column replaces one of the same name. */
export type With<Row, Added> = WithNames<Row, keyof Row, Added, keyof Added>
type WithNames<Row, Names extends keyof Row, Added, NewNames extends keyof Added> = [NewNames] extends [never]
  ? Row
  : string extends NewNames
    ? Open<Row>
    : FromEntries<EntriesWithout<Row, Names, NewNames> | EntriesOf<Added, NewNames>>

type Fits<Cell, Type extends ColumnType> = unknown extends Cell | ColumnValue[Type]
  ? true
  : [Extract<Cell, ColumnValue[Type]>] extends [never]
    ? false
    : true

/** The columns of a type. */
type ColumnOf<Row, Names extends keyof Row, Type extends ColumnType> = Names extends unknown
  ? Fits<Row[Names], Type> extends true
    ? Names & string
    : never
  : never

/**
 * The input of an option that names a column. An open row accepts any text, and completion offers the known columns
 * first.
 */
export type ColumnName<Row, Type extends ColumnType = 'unknown'> = NameOf<Row, keyof Row, Type>
type NameOf<Row, Names extends keyof Row, Type extends ColumnType> = string extends Names
  ? ColumnOf<Row, KnownColumn<Row> & keyof Row, Type> | (string & {})
  : Type extends 'unknown'
    ? Names & string
    : ColumnOf<Row, Names, Type>
