import type { ColumnType } from '../../contracts/row.js'
import type { SchemaOutput } from '../../contracts/schema.js'
import type { InputOf, OutputOf } from '../options/fields.js'
import type { Slot } from '../options/slot.js'
import type { Typed, When } from './column-types.js'
import type { EffectTypes, RowFunction } from './effects.js'
import type { Only, Open, Renamed, ValueOf, With, Without } from './row-types.js'

type Get<T, K> = K extends keyof T ? T[K] : never

/** An option after defaults, as far as the types know it; undefined if it is not set and has no default. */
export type OptionValue<S, Given, Name> = Name extends keyof Given
  ? Given[Name]
  : Exclude<Get<InputOf<S>, Name>, undefined> extends Slot<'default', [unknown, infer Default]>
    ? Default
    : undefined extends Get<OutputOf<S>, Name>
      ? undefined
      : Get<OutputOf<S>, Name>

/** The names in the value of an option: a text, the items of a list, or the keys of a record. */
type NamesIn<Value> = Value extends undefined
  ? never
  : Value extends string
    ? Value
    : Value extends readonly (infer Item)[]
      ? Item & string
      : keyof Value & string

/** The names of `option`; for `option|other`, those of `other` if the first is not set. */
type Names<S, Given, Options> = Options extends `${infer First}|${infer Rest}`
  ? OptionValue<S, Given, First> extends infer Value
    ? Value extends undefined
      ? Names<S, Given, Rest>
      : NamesIn<Value>
    : never
  : NamesIn<OptionValue<S, Given, Options>>

/** A column's name, with the values of options in place of `{option}`. */
type NameFrom<S, Given, Key> = Key extends `${infer Before}{${infer Options}}${infer After}`
  ? `${Before}${Names<S, Given, Options>}${NameFrom<S, Given, After>}`
  : Key & string

type Resolved<Type, S, Given, Row> = Type extends ColumnType
  ? ValueOf<Type>
  : Type extends Typed<infer Value>
    ? Value
    : Type extends { readonly oneOf: infer Name }
      ? Names<S, Given, Name>
      : Type extends { readonly listOf: infer Name }
        ? readonly Names<S, Given, Name>[]
        : Type extends { readonly sameAs: infer Name }
          ? Get<Row, Names<S, Given, Name>>
          : Type extends { readonly itemOf: infer Name }
            ? ItemOf<Get<Row, Names<S, Given, Name>>>
            : Type extends { readonly shapeOf: infer Name }
              ? SchemaOutput<OptionValue<S, Given, Name>>
              : Type extends When<infer Condition, infer Then, infer Else>
                ? Branch<Holds<Condition, S, Given>, Then, Else, S, Given, Row>
                : never

type ItemOf<Cell> = Cell extends readonly (infer Item)[] ? Item : unknown

/** Whether a condition holds; `boolean` if only the run knows. */
type Holds<Condition, S, Given> = Condition extends string
  ? IsGiven<OptionValue<S, Given, Condition>>
  : false extends { [K in keyof Condition]: Is<OptionValue<S, Given, K>, Condition[K]> }[keyof Condition]
    ? true extends { [K in keyof Condition]: Is<OptionValue<S, Given, K>, Condition[K]> }[keyof Condition]
      ? boolean
      : false
    : true
type IsGiven<Value> = Value extends false | undefined ? false : true
type Is<Value, Wanted> = Value extends Wanted ? true : Wanted extends Value ? boolean : false
type Branch<Held, Then, Else, S, Given, Row> = Held extends true
  ? Resolved<Then, S, Given, Row>
  : Resolved<Else, S, Given, Row>

type Added<Adds, S, Given, Row> = {
  -readonly [K in keyof Adds as [Resolved<Adds[K], S, Given, Row>] extends [never]
    ? never
    : NameFrom<S, Given, K>]: Resolved<Adds[K], S, Given, Row>
}
type Made<Columns> = { -readonly [K in keyof Columns]: ValueOf<Columns[K]> }

type Kept<Drops, Keeps, Renames, S, Given, Row> = [Renames] extends [string]
  ? Renamed<Row, OptionValue<S, Given, Bare<Renames>>>
  : Keeps extends readonly (infer Name)[]
    ? Only<Row, NameFrom<S, Given, Name> & keyof Row>
    : Drops extends readonly (infer Name)[]
      ? Without<Row, NameFrom<S, Given, Name>>
      : Row
type Bare<Braced> = Braced extends `{${infer Name}}` ? Name : never

/** The row after an operator, derived from the previous row and the given options. */
export type RowAfter<S, Effects, Row, Given> = Effects extends RowFunction
  ? (Effects & { readonly before: Row; readonly options: Given })['row']
  : Effects extends EffectTypes<infer Adds, infer Function, infer Drops, infer Keeps, infer Renames>
    ? [Adds] extends ['unsaid']
      ? Open<Row>
      : With<Kept<Drops, Keeps, Renames, S, Given, Row>, Added<Adds, S, Given, Row> & Made<Function>>
    : Row
