import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type ColumnSet,
  type ColumnType,
  columnNames,
  type MaestroError,
  rowFromEntries,
  type TableStatement,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { withoutMacros } from './aggregate-macros.js'
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
import { extremeOf } from './extreme-of.js'
import { columnTypeIn } from './known-columns.js'
import { withNumberTexts } from './number-texts.js'
import { inInputOrder } from './order-aggregates.js'
import { parameterFault } from './parameter-fault.js'
import { prepareWindow } from './prepare-window.js'
import { orderedColumn, withFilteredArguments } from './row-expressions.js'
import { sqlTypeName } from './sql-type-name.js'

/**
 * Checks a statement against typed columns by preparing it over a table without rows.
 *
 * @param learned The kinds that were found in the columns, once rows have been examined.
 */
export async function prepareStatement(
  connection: DuckDBConnection,
  statement: TableStatement,
  columns: ColumnSet,
  learned: KnownColumns = new Map(),
): Promise<CheckedStatement> {
  switch (statement.kind) {
    case 'filter':
      return prepareFilter(connection, statement, columns, learned)
    case 'aggregate':
      return prepareAggregate(connection, statement, columns, learned)
    case 'window':
      return prepareWindow(connection, statement, columns, learned)
    case 'sort':
      return plain(
        [],
        learned,
        statement.by.map(({ column }) => column),
      )
    case 'dedupe':
      return plain([], learned, statement.by)
    case 'sample':
      return plain([], learned, statement.by ?? [])
    default:
      return plain([], learned)
  }
}

function plain(reads: readonly string[], known: KnownColumns, keys: readonly string[] = []): CheckedStatement {
  return { faults: [], reads, keys, known, shown: [], values: {} }
}

async function prepareFilter(
  connection: DuckDBConnection,
  { where, params }: Extract<TableStatement, { kind: 'filter' }>,
  columns: ColumnSet,
  learned: KnownColumns,
): Promise<CheckedStatement> {
  const checked = await checkExpression(connection, where, columns)
  if ('fault' in checked) return { ...plain([], learned), faults: [checked.fault] }
  const { reads } = checked
  const wrongParameter = await parameterFault(connection, where, params ?? {})
  if (wrongParameter !== undefined) return { ...plain(reads, learned), faults: [wrongParameter] }
  if (hasMissing(reads, columns)) return plain(reads, learned)
  const bound = await bindExpression(where, reads, columns, learned, async (table) => {
    const alone = (part: string) => typeOf(connection, part, table, params)
    const compared = await withComparedNumbers(connection, where, alone, params && { params })
    const result = await connection.run(`SELECT (${compared}\n) FROM ${table}`, { ...params })
    const found = sqlTypeName(result.columnType(0))
    if (found !== 'BOOLEAN' && found !== '"NULL"' && found !== 'SQLNULL')
      throw tableError('MAESTRO_TABLE_EXPRESSION_TYPE', { expression: where, found, expected: 'true or false' })
    await connection.run(`SELECT 1 FROM ${table} WHERE (${compared}\n)`, { ...params })
    return compared
  })
  if ('fault' in bound) return { ...plain(reads, learned), faults: [bound.fault] }
  const typed = await withNumberTexts(connection, bound.result, (expression) =>
    typeOf(connection, expression, emptyTable(reads, bound.known), params),
  )
  return { ...plain(reads, bound.known), where: typed }
}

async function prepareAggregate(
  connection: DuckDBConnection,
  { by, values }: Extract<TableStatement, { kind: 'aggregate' }>,
  columns: ColumnSet,
  learned: KnownColumns,
): Promise<CheckedStatement> {
  const faults: MaestroError[] = []
  const reads = new Set<string>()
  const checked: { readonly name: string; readonly expression: string; readonly reads: readonly string[] }[] = []
  for (const name of columnNames(values)) {
    const expression = values[name] ?? ''
    if (by.includes(name)) {
      const reason = `"${name}" is a column to group by and cannot be a value as well`
      faults.push(tableError('MAESTRO_TABLE_OPTIONS', { operator: 'table.aggregate', reason }))
      continue
    }
    const found = await checkExpression(connection, expression, columns)
    if ('fault' in found) {
      faults.push(found.fault)
      continue
    }
    for (const column of found.reads) reads.add(column)
    if (!hasMissing(found.reads, columns)) checked.push({ name, expression, reads: found.reads })
  }
  const comparedIn = (expression: string, table: string) =>
    withComparedNumbers(connection, expression, (part) => typeOf(connection, part, table))
  const bind = async (expression: string, table: string) => {
    const compared = await comparedIn(expression, table)
    const result = await connection.run(`SELECT (${compared}\n) FROM ${table} GROUP BY ()`)
    return sqlTypeName(result.columnType(0))
  }
  // Columns of unknown type get types that give all expressions a meaning, if there are any. If there are none, the
  // values decide; until then, each expression is checked alone.
  const all = [...new Set(checked.flatMap((value) => value.reads))]
  const together = await bindExpression('', all, columns, learned, async (table) => {
    for (const { expression } of checked) await bind(expression, table)
  })
  const known = 'fault' in together ? learned : together.known
  const computed: (readonly [string, ComputedValue])[] = []
  const shown: string[] = []
  const types: [string, ColumnType][] = by.map((name) => [name, columnTypeIn(name, columns)])
  for (const { name, expression, reads: read } of checked) {
    const bound = await bindExpression(expression, read, columns, known, (table) => bind(expression, table))
    if ('fault' in bound) {
      faults.push(bound.fault)
      continue
    }
    const inexact = await inexactFault(expression, read, bound, (table) => bind(expression, table))
    if (inexact !== undefined) {
      faults.push(inexact)
      continue
    }
    // SQL would compare the text of such values.
    const texts = read.filter((column) => ['mixed', 'json'].includes(bound.known.get(column)?.kind ?? ''))
    const extreme = await extremeOf(connection, expression, texts)
    if (extreme !== undefined) {
      computed.push([name, { expression, sqlType: bound.result, keepsDecimals: false, extreme }])
      types.push([name, 'unknown'])
      continue
    }
    const unordered = await orderedColumn(connection, expression, texts)
    if (unordered !== undefined) {
      const reason = new Error(`The values of "${unordered}" have no order that SQL knows.`)
      faults.push(expressionFault(expression, reason, read, bound.known))
      continue
    }
    const compared = await comparedIn(expression, emptyTable(read, bound.known))
    const typed = await withNumberTexts(connection, await withoutMacros(connection, compared), (part) =>
      typeOf(connection, part, emptyTable(read, bound.known)),
    )
    const ordered = await inInputOrder(connection, await withFilteredArguments(connection, typed), (column) =>
      ['integer', 'bigint', 'decimal'].includes(bound.known.get(column)?.kind ?? ''),
    )
    if (!sameForAll(bound.result)) shown.push(...read)
    const keepsDecimals = read.some((column) => bound.known.get(column)?.kind === 'decimal')
    computed.push([name, { expression: ordered, sqlType: bound.result, keepsDecimals }])
    // The type of a column that the plan does not know is found when its rows arrive.
    const isSure = read.every((column) => learned.has(column) || columnTypeIn(column, columns) !== 'unknown')
    const fixed = !isSure && !sameForAll(bound.result)
    types.push([name, fixed ? 'unknown' : columnTypeOf(bound.result, keepsDecimals)])
  }
  return {
    faults,
    reads: [...reads],
    keys: by,
    known,
    shown,
    columns: rowFromEntries(types),
    values: rowFromEntries(computed),
  }
}
