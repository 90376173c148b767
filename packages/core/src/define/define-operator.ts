import type { Flat, ValueOf, With } from '../contracts/component-types.js'
import type { OperatorKind } from '../contracts/operator.js'
import type { ColumnEffectsFunction, Created, OperatorDefinition } from '../contracts/operator-definition.js'
import type { ColumnType } from '../contracts/row.js'
import type { Injected, Token } from '../contracts/token.js'

/** Column effects whose names are options of the operator. */
type Effects<Options> =
  | {
      readonly reads?: readonly (keyof Options & string)[]
      readonly adds?: { readonly [Name in keyof Options]?: ColumnType }
      readonly drops?: readonly (keyof Options & string)[]
    }
  | ColumnEffectsFunction<Options>

/**
 * Defines an operator: usable alone, in a pipeline, or contributed by a plugin.
 *
 * @example
 * const shout = defineOperator({
 *   name: 'shout',
 *   kind: 'map',
 *   options: z.object({ input: z.string(), output: z.string() }),
 *   columns: { reads: ['input'], adds: { output: 'string' } },
 *   create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
 * })
 */
export function defineOperator<
  const Name extends string,
  const Kind extends OperatorKind,
  Options,
  const C extends Effects<Options>,
  const Tokens extends readonly Token<unknown>[] = [],
>(
  definition: Omit<OperatorDefinition<Name, Options, C, Kind>, 'inject' | 'create' | 'columns'> & {
    readonly columns?: C
    readonly inject?: Tokens
    create(options: Options, dependencies: Injected<Tokens>): Created<Kind>
  },
): OperatorDefinition<Name, Options, C, Kind> {
  return definition as unknown as OperatorDefinition<Name, Options, C, Kind>
}

type Reads<C> = C extends { readonly reads: readonly (infer Name)[] } ? Name : never
type Adds<C> = C extends { readonly adds: infer Map } ? Map : Record<never, never>
type Drops<C> = C extends { readonly drops: readonly (infer Name)[] } ? Name : never

/** The options of a defined operator over a row: those that name columns it reads or drops must be columns. */
export type DefinedOptions<Row, Options, C> = Flat<{
  [Key in keyof Options]: Key extends Reads<C> | Drops<C> ? ColumnsLike<Options[Key], keyof Row & string> : Options[Key]
}>

type ColumnsLike<Value, Names extends string> = Value extends readonly unknown[]
  ? readonly Names[]
  : Value extends string
    ? Names
    : Value

/** The row after a defined operator, from the options given. */
export type DefinedOutput<Row, Given, C> = C extends (...parameters: never[]) => unknown
  ? Record<string, unknown>
  : With<
      Omit<Row, NamedBy<Given, Drops<C>>>,
      {
        -readonly [Key in keyof Adds<C> as Key extends keyof Given ? Extract<Given[Key], string> : never]: ValueOf<
          Adds<C>[Key]
        >
      }
    >

type NamedBy<Given, Keys> = {
  [Key in keyof Given & Keys]: Given[Key] extends readonly (infer Name)[] ? Name : Given[Key]
}[keyof Given & Keys] &
  PropertyKey
