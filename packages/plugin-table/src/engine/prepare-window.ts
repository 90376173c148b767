import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSet, ColumnType, MaestroError, WindowStatement } from '@maestro-dataflow/core'
import { rowFromEntries } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import {
  bindExpression,
  columnTypeOf,
  emptyTable,
  expressionFault,
  hasMissing,
  inexactFault,
  sameForAll,
  typeOf,
} from './bind-expression.js'
import { checkExpression } from './check-expression.js'
import type { CheckedStatement, ComputedValue } from './checked-statement.js'
import type { KnownColumns } from './column-values.js'
import { withComparedNumbers } from './compared-numbers.js'
import { columnTypeIn } from './known-columns.js'
import { positionColumn } from './lines.js'
import { withNumberTexts } from './number-texts.js'
import { orderedColumn, withFilteredArguments } from './row-expressions.js'
import { sqlTypeName } from './sql-type-name.js'
import { orderColumns, partitionColumn, withWindows } from './window-expression.js'

/** Checks a statement that adds columns which are computed from the rows around each row. */
export async function prepareWindow(
  connection: DuckDBConnection,
  statement: WindowStatement,
  columns: ColumnSet,
  learned: KnownColumns,
): Promise<CheckedStatement> {
  const { by, orderBy, values } = statement
  const faults: MaestroError[] = []
  const reads = new Set<string>()
  const shown = new Set<string>()
  const computed: Record<string, ComputedValue> = {}
  const types: [string, ColumnType][] = []
  const known = new Map(learned)
  for (const [name, expression] of Object.entries(values)) {
    if (!columns.open && Object.hasOwn(columns.columns, name)) {
      const reason = `there is already a column "${name}", which would be lost`
      faults.push(tableError('MAESTRO_TABLE_OPTIONS', { operator: 'table.window', reason }))
      continue
    }
    const found = await checkExpression(connection, expression, columns, { windows: true })
    if ('fault' in found) {
      faults.push(found.fault)
      continue
    }
    for (const column of found.reads) reads.add(column)
    if (hasMissing(found.reads, columns)) continue
    const checked = await checkValue(connection, expression, statement, found.reads, columns, learned, known)
    if ('fault' in checked) {
      faults.push(checked.fault)
      continue
    }
    const { value, assumed } = checked
    for (const column of found.reads) known.set(column, assumed.get(column) ?? { kind: 'unknown' })
    if (!sameForAll(value.sqlType)) for (const column of found.reads) shown.add(column)
    computed[name] = value
    // The type of a column that the plan does not know is found when its rows arrive.
    const isSure = found.reads.every((column) => learned.has(column) || columnTypeIn(column, columns) !== 'unknown')
    const isFixed = isSure || sameForAll(value.sqlType)
    types.push([name, isFixed ? columnTypeOf(value.sqlType, value.keepsDecimals) : 'unknown'])
  }
  const keys = [...new Set([...by, ...orderBy.map(({ column }) => column)])]
  const adds = rowFromEntries(types)
  return { faults, reads: [...reads], keys, known, shown: [...shown], adds, values: computed }
}

async function checkValue(
  connection: DuckDBConnection,
  expression: string,
  statement: WindowStatement,
  reads: readonly string[],
  columns: ColumnSet,
  learned: KnownColumns,
  earlier: KnownColumns,
): Promise<{ readonly value: ComputedValue; readonly assumed: KnownColumns } | { readonly fault: MaestroError }> {
  const asWindows = await withWindows(connection, await withFilteredArguments(connection, expression), statement)
  const empty = (known: KnownColumns) => withWindowColumns(emptyTable(reads, known), statement)
  const comparedIn = (table: string) =>
    withComparedNumbers(connection, asWindows, (part) => typeOf(connection, part, table), { shown: expression })
  const bind = async (table: string) => {
    const whole = withWindowColumns(table, statement)
    const result = await connection.run(`SELECT (${await comparedIn(whole)}\n) FROM ${whole}`)
    return sqlTypeName(result.columnType(0))
  }
  // Types that gave an earlier expression a meaning are tried first, so that a column has one type in all of them.
  let bound = await bindExpression(expression, reads, columns, earlier, bind)
  if ('fault' in bound) bound = await bindExpression(expression, reads, columns, learned, bind)
  if ('fault' in bound) return bound
  const { known, result } = bound
  const inexact = await inexactFault(expression, reads, bound, bind)
  if (inexact !== undefined) return { fault: inexact }
  const texts = reads.filter((column) => ['mixed', 'json'].includes(known.get(column)?.kind ?? ''))
  const unordered = await orderedColumn(connection, expression, texts)
  if (unordered !== undefined) {
    const reason = new Error(`The values of "${unordered}" have no order that SQL knows.`)
    return { fault: expressionFault(expression, reason, reads, known) }
  }
  const typed = await withNumberTexts(connection, await comparedIn(empty(known)), (part) =>
    typeOf(connection, part, empty(known)),
  )
  const keepsDecimals = reads.some((column) => known.get(column)?.kind === 'decimal')
  return { value: { expression: typed, sqlType: result, keepsDecimals }, assumed: known }
}

/** A table with the columns that the windows of a statement name. */
export function withWindowColumns(table: string, { by, orderBy }: Pick<WindowStatement, 'by' | 'orderBy'>): string {
  const named = [
    ...by.map((_, index) => partitionColumn(index)),
    ...orderBy.flatMap((_, index) => orderColumns(index)),
  ].map((name) => `, NULL::VARCHAR AS ${name}`)
  return `(SELECT *, 0::BIGINT AS ${positionColumn}${named.join('')} FROM ${table})`
}
