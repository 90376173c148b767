import type { ColumnType } from '../../contracts/row.js'

/** The type of an added column, or a rule that derives it from the options, whose names are `Name`. */
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

/** A column type with a more precise TypeScript type for its values. */
export interface Typed<Value> {
  readonly columnType: ColumnType
  /** Has no value at run time. */
  readonly '~value'?: Value
}

/** An option that is set and not false, or options with these values. */
export type Test<Name extends string = string> = Name | { readonly [Option in Name]?: string | number | boolean }

/** One type or another. */
export interface When<Condition, Then, Else> {
  readonly when: Condition
  readonly then: Then
  readonly else: Else
}

/**
 * Gives the values of a column type a more precise TypeScript type.
 *
 * @example adds: { '{output}': typed<readonly Passage[]>('json') }
 */
export const typed = <Value>(columnType: ColumnType): Typed<Value> => ({ columnType })

/** One item of a list option, or one key of a record option. */
export const oneOf = <const Name extends string>(option: Name) => ({ oneOf: option }) as const

/** A list of such items or keys. */
export const listOf = <const Name extends string>(option: Name) => ({ listOf: option }) as const

/** The type of the column that an option names. */
export const sameAs = <const Name extends string>(option: Name) => ({ sameAs: option }) as const

/** The type of an item of the list in the column that an option names. */
export const itemOf = <const Name extends string>(option: Name) => ({ itemOf: option }) as const

/** The output of a schema that is given as an option. */
export const shapeOf = <const Name extends string>(option: Name) => ({ shapeOf: option }) as const

/**
 * One type if an option is set and not false, or has a certain value; otherwise another type. Without another type, the
 * column is not added.
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
