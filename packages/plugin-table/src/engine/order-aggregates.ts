import type { DuckDBConnection } from '@duckdb/node-api'
import { ExpressionTree } from './expression-tree.js'
import { positionColumn } from './lines.js'

/** Aggregates whose result depends on the order of their input. */
const ordered = new Set(
  `any_value arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin max_by
  min_by array_agg list first last group_concat listagg string_agg mode approx_quantile approx_top_k`.split(/\s+/),
)

/** Aggregates that round: with fractions, the last digits of the result depend on the order. */
export const rounding: ReadonlySet<string> = new Set(
  `avg mean favg sum fsum sum_no_overflow sumkahan kahan_sum product stddev stddev_pop stddev_samp variance var_pop var_samp
  sem skewness kurtosis kurtosis_pop entropy corr covar_pop covar_samp regr_avgx regr_avgy regr_intercept regr_r2 regr_slope
  regr_sxx regr_sxy regr_syy`.split(/\s+/),
)

/** An aggregate function within an expression, with the order of its rows. */
export interface AggregateNode {
  readonly class?: string
  readonly function_name: string
  readonly distinct: boolean
  readonly children: readonly { readonly class?: string; readonly column_names?: readonly string[] }[]
  readonly order_bys: { readonly orders: object[] }
}

/**
 * An expression over a group in which aggregates take the rows in the order of the input, with any number of threads.
 * Aggregates of distinct values take them in the order of the values.
 *
 * @param isWhole Whether a column holds integers, whose sum is exact in any order.
 */
export async function inInputOrder(
  connection: DuckDBConnection,
  expression: string,
  isWhole: (column: string) => boolean,
): Promise<string> {
  const tree = await ExpressionTree.parse(connection, expression)
  return addOrder(tree.root, isWhole) ? tree.sql() : expression
}

/** @returns whether anything was added */
function addOrder(value: unknown, isWhole: (column: string) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  let added = false
  for (const child of Object.values(value)) added = addOrder(child, isWhole) || added
  if (!isAggregate(value)) return added
  const name = value.function_name.toLowerCase()
  if (!ordered.has(name) && !(rounding.has(name) && !value.children.every((child) => isWholeColumn(child, isWhole))))
    return added
  const { distinct, children, order_bys } = value
  if (distinct && order_bys.orders.length > 0) return added
  const by = distinct ? children[0] : { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', column_names: [position] }
  order_bys.orders.push({ type: 'ORDER_DEFAULT', null_order: 'ORDER_DEFAULT', expression: by })
  return true
}

const position = positionColumn.replaceAll('"', '')

function isAggregate(value: object): value is AggregateNode {
  return 'class' in value && value.class === 'FUNCTION' && 'order_bys' in value && 'function_name' in value
}

function isWholeColumn(
  { class: kind, column_names: names = [] }: AggregateNode['children'][number],
  isWhole: (column: string) => boolean,
) {
  return kind === 'COLUMN_REF' && isWhole(names[0] ?? '')
}
