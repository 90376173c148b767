import type { ColumnType } from '../../contracts/row.js'

/** The type of a column that is added, or how it follows from the options, of which `Name` are the names. */
export type TypeFrom<Name extends string = string> =
  | ColumnType
  | Typed<unknown>
  | { readonly oneOf: Name }
  | { readonly listOf: Name }
  | { readonly sameAs: Name }
  | { readonly itemOf: Name }
  | { readonly shapeOf: Name }
  | When<Test<Name>, ConditionalType<Name>, ConditionalType<Name> | undefined>

type ConditionalType<Name extends string> = TypeFrom<Name>

/** A column type whose values are known more closely to TypeScript. */
export interface Typed<Value> {
  readonly columnType: ColumnType
  /** Has no value at run time. */
  readonly '~value'?: Value
}

/** An option that is given and not false, or options with these values. */
export type Test<Name extends string = string> = Name | { readonly [Option in Name]?: string | number | boolean }

/** One type or another. */
export interface When<Condition, Then, Else> {
  readonly when: Condition
  readonly then: Then
  readonly else: Else
}

/**
 * A column type whose values TypeScript should know more closely.
 *
 * @example adds: { '{output}': typed<readonly Passage[]>('json') }
 */
export const typed = <Value>(columnType: ColumnType): Typed<Value> => ({ columnType })

/** One of the items of a list, or of the keys of a record, that is given as an option. */
export const oneOf = <const Name extends string>(option: Name) => ({ oneOf: option }) as const

/** A list of some of them. */
export const listOf = <const Name extends string>(option: Name) => ({ listOf: option }) as const

/** The type of the column that an option names. */
export const sameAs = <const Name extends string>(option: Name) => ({ sameAs: option }) as const

/** The type of an item of the list in the column that an option names. */
export const itemOf = <const Name extends string>(option: Name) => ({ itemOf: option }) as const

/** What a schema that is given as an option describes. */
export const shapeOf = <const Name extends string>(option: Name) => ({ shapeOf: option }) as const

/**
 * One type where an option is given and not false, or has a value; else another. Without another the column is not
 * added.
 *
 * @example adds: { '{output}': when('multi', listOf('labels'), oneOf('labels')) }
 * @example adds: { '{output}_words': when({ task: 'ocr' }, 'json') }
 */
export function when<const Condition extends Test, const Then>(
  option: Condition,
  then: Then,
): When<Condition, Then, undefined>
export function when<const Condition extends Test, const Then, const Else>(
  option: Condition,
  then: Then,
  other: Else,
): When<Condition, Then, Else>
export function when(option: unknown, then: unknown, other?: unknown): unknown {
  return { when: option, then, else: other }
}
