import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSet, Columns, ColumnType, MaestroError, TableStatement } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { checkExpression } from './check-expression.js'
import { sqlTypes, typeOf } from './column-values.js'
import { reasonOf } from './connect.js'
import { identifier } from './sql-text.js'

/** A statement that has been looked at: what it reads, and what its values are. */
export interface CheckedStatement {
  readonly faults: readonly MaestroError[]
  readonly reads: readonly string[]
  /** Columns that must be there and are not read by their type. */
  readonly keys: readonly string[]
  /** The columns of the result, when they are not those of the input. */
  readonly columns?: Columns
  /** SQL types of an aggregate's values. */
  readonly valueTypes: Readonly<Record<string, string>>
}

/** Checks a statement against typed columns, by preparing it over a table without rows. */
export async function prepareStatement(
  connection: DuckDBConnection,
  statement: TableStatement,
  columns: ColumnSet,
): Promise<CheckedStatement> {
  switch (statement.kind) {
    case 'filter':
      return prepareFilter(connection, statement, columns)
    case 'aggregate':
      return prepareAggregate(connection, statement, columns)
    case 'sort':
      return plain(statement.by.map(({ column }) => column))
    case 'dedupe':
      return plain([], statement.by)
    default:
      return plain([])
  }
}

function plain(reads: readonly string[], keys: readonly string[] = []): CheckedStatement {
  return { faults: [], reads, keys, valueTypes: {} }
}

async function prepareFilter(
  connection: DuckDBConnection,
  { where, values }: Extract<TableStatement, { kind: 'filter' }>,
  columns: ColumnSet,
): Promise<CheckedStatement> {
  const checked = await checkExpression(connection, where, columns)
  if ('fault' in checked) return { ...plain([]), faults: [checked.fault] }
  const { reads } = checked
  const faults: MaestroError[] = []
  if (hasUnknown(reads, columns)) return plain(reads)
  try {
    const result = await connection.run(`SELECT (${where}\n) FROM ${emptyTable(reads, columns)}`, { ...values })
    const found = String(result.columnType(0))
    if (found === 'BOOLEAN' || found === 'SQLNULL')
      await connection.run(`SELECT 1 FROM ${emptyTable(reads, columns)} WHERE (${where}\n)`, { ...values })
    else
      faults.push(tableError('MAESTRO_TABLE_EXPRESSION_TYPE', { expression: where, found, expected: 'true or false' }))
  } catch (error) {
    faults.push(expressionFault(where, error, reads, columns))
  }
  return { ...plain(reads), faults }
}

async function prepareAggregate(
  connection: DuckDBConnection,
  { by, values }: Extract<TableStatement, { kind: 'aggregate' }>,
  columns: ColumnSet,
): Promise<CheckedStatement> {
  const faults: MaestroError[] = []
  const reads = new Set<string>()
  const valueTypes: Record<string, string> = {}
  const types: Record<string, ColumnType> = Object.fromEntries(by.map((name) => [name, typeOf(name, columns)]))
  for (const [name, expression] of Object.entries(values)) {
    if (by.includes(name)) {
      const reason = `"${name}" is a column to group by and cannot be a value as well`
      faults.push(tableError('MAESTRO_TABLE_OPTIONS', { operator: 'table.aggregate', reason }))
      continue
    }
    const checked = await checkExpression(connection, expression, columns)
    if ('fault' in checked) {
      faults.push(checked.fault)
      continue
    }
    for (const column of checked.reads) reads.add(column)
    if (hasUnknown(checked.reads, columns)) continue
    try {
      const table = emptyTable(checked.reads, columns)
      const result = await connection.run(`SELECT (${expression}\n) FROM ${table} GROUP BY ()`)
      valueTypes[name] = String(result.columnType(0))
      types[name] = columnTypeOf(valueTypes[name])
    } catch (error) {
      faults.push(expressionFault(expression, error, checked.reads, columns))
    }
  }
  return { faults, reads: [...reads], keys: by, columns: types, valueTypes }
}

/** Whether a column is surely not there: the plan says so itself, with the nearest name. */
function hasUnknown(reads: readonly string[], columns: ColumnSet): boolean {
  return !columns.open && reads.some((column) => !Object.hasOwn(columns.columns, column))
}

/** A table of the right columns and no rows. */
function emptyTable(reads: readonly string[], columns: ColumnSet): string {
  const typed = reads.map((column) => `NULL::${sqlTypes[typeOf(column, columns)]} AS ${identifier(column)}`)
  return `(SELECT ${['1 AS "#one"', ...typed].join(', ')} WHERE false)`
}

function expressionFault(
  expression: string,
  error: unknown,
  reads: readonly string[],
  columns: ColumnSet,
): MaestroError {
  const untyped = reads.filter((column) => typeOf(column, columns) === 'unknown')
  const help =
    untyped.length === 0
      ? ''
      : ` The type of ${untyped.map((column) => `"${column}"`).join(', ')} is not known, so it is text: declare it in the source's \`columns\` or \`schema\`, or cast it.`
  return tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason: `${reasonOf(error)}${help}` }, error)
}

/** What a column of an SQL type is to the plan. */
function columnTypeOf(sqlType: string): ColumnType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sqlType)) return 'integer'
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(sqlType)) return 'number'
  if (/^(DATE|TIMESTAMP)/.test(sqlType)) return 'date'
  if (sqlType === 'BOOLEAN') return 'boolean'
  return sqlType === 'VARCHAR' ? 'string' : 'json'
}
