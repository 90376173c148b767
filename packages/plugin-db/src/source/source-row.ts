import type { RowFunction, Schema, ValueOf } from '@maestro-dataflow/core'

type NamedColumns<Names> = Names extends readonly (infer Name extends string)[]
  ? Record<Name, unknown>
  : { -readonly [Name in keyof Names]: ValueOf<Names[Name]> | null }

type RowOf<Options> = Options extends { readonly schema: Schema<infer _Input, infer Output> }
  ? Output
  : Options extends { readonly columns: infer Names }
    ? NamedColumns<Names>
    : Record<string, unknown>

/** The rows of a table or query, by the options of reading. */
export interface SourceRow extends RowFunction {
  readonly row: RowOf<this['options']>
}
