import type { Column, Flat, SortKey, ValueOf, With } from '@maestro-dataflow/core'
import type { DuckDBEngineConfig } from './engine/duckdb-options.js'
import type { CastType } from './operators/cast-value.js'

/** A column to sort by: its name, or the name with a direction. */
export type SortBy<Row> = Column<Row> | (Omit<SortKey, 'column'> & { readonly column: Column<Row> })

/** The value of an aggregate, as far as its function tells. */
type AggregateValue<Expression> = Expression extends string
  ? Lowercase<Expression> extends `${'count' | 'sum' | 'avg' | 'mean' | 'median' | 'stddev' | 'var_samp'}(${string}`
    ? number
    : unknown
  : unknown

declare module '@maestro-dataflow/core' {
  interface TableEngineTypes {
    'table.duckdb': DuckDBEngineConfig
  }
  interface OperatorOptions<Row> {
    'table.filter': {
      /** An SQL expression over the columns that is true for the rows to keep. */
      readonly where: string
      /** Values of the `$name`s in the expression; bound, never read as SQL. */
      readonly params?: Readonly<Record<string, string | number | boolean | null>>
    }
    'table.sort': {
      /** A column, or several, each with its direction. */
      readonly by: Column<Row> | readonly SortBy<Row>[]
      /** The direction of columns that do not say it themselves. @default false */
      readonly descending?: boolean
    }
    'table.limit': {
      /** Rows that stay. */
      readonly count: number
      /** Rows that are left out before them. @default 0 */
      readonly offset?: number
    }
    'table.sample': {
      /** Rows that stay. */
      readonly count?: number
      /** The share of rows that stays, 0 to 1. */
      readonly fraction?: number
      /** The same seed chooses the same rows of the same input. @default 0 */
      readonly seed?: number
    }
    'table.dedupe': {
      /** The columns that make rows the same. @default the whole row */
      readonly by?: readonly Column<Row>[]
      /** Which of them stays. @default 'first' */
      readonly keep?: 'first' | 'last'
    }
    'table.aggregate': {
      /** The columns of which each combination is a group. @default one group of all rows */
      readonly by?: readonly Column<Row>[]
      /** Columns of the result by SQL expressions: `{ n: 'count(*)', mean: 'avg(price)' }`. */
      readonly values: Readonly<Record<string, string>>
    }
    'table.select': {
      /** The columns that stay, in this order. */
      readonly columns: readonly Column<Row>[]
    }
    'table.drop': {
      /** The columns that go. */
      readonly columns: readonly Column<Row>[]
    }
    'table.rename': {
      /** The columns and their new names. */
      readonly columns: { readonly [Name in Column<Row>]?: string }
    }
    'table.cast': {
      /** The columns and the types that they get. */
      readonly columns: { readonly [Name in Column<Row>]?: CastType }
    }
  }
  interface OperatorOutput<Row, Options> {
    'table.filter': Row
    'table.sort': Row
    'table.limit': Row
    'table.sample': Row
    'table.dedupe': Row
    'table.aggregate': Options extends { readonly values: infer Values }
      ? Flat<
          Pick<Row, (Options extends { readonly by: readonly (infer Name)[] } ? Name : never) & keyof Row> & {
            -readonly [Name in keyof Values]: AggregateValue<Values[Name]>
          }
        >
      : never
    'table.select': Options extends { readonly columns: readonly (infer Name)[] } ? Pick<Row, Name & keyof Row> : never
    'table.drop': Options extends { readonly columns: readonly (infer Name)[] }
      ? Flat<Omit<Row, Name & keyof Row>>
      : never
    'table.rename': Options extends { readonly columns: infer Names }
      ? {
          [Name in keyof Row as Name extends keyof Names
            ? Names[Name] extends string
              ? Names[Name]
              : Name
            : Name]: Row[Name]
        }
      : never
    'table.cast': Options extends { readonly columns: infer Types }
      ? With<Row, { -readonly [Name in keyof Types]: ValueOf<Types[Name]> | null }>
      : never
  }
}
