import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type ColumnSet,
  type Columns,
  type ColumnType,
  type MaestroError,
  rowFromEntries,
  type TableStatement,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { checkExpression } from './check-expression.js'
import type { KnownColumn, KnownColumns } from './column-values.js'
import { reasonOf } from './connect.js'
import { type Extreme, extremeOf } from './extreme-of.js'
import { guesses, type Kind, sqlTypes } from './kinds.js'
import { columnTypeIn } from './known-columns.js'
import { withNumberTexts } from './number-texts.js'
import { inInputOrder } from './order-aggregates.js'
import { orderedColumn, withFilteredArguments } from './row-expressions.js'
import { identifier } from './sql-text.js'

/** A checked statement: the columns that it reads, and the types of its values. */
export interface CheckedStatement {
  readonly faults: readonly MaestroError[]
  readonly reads: readonly string[]
  /** Columns that must exist and are only compared, not computed with. */
  readonly keys: readonly string[]
  /** The kinds of the columns that were assumed when the statement was checked. */
  readonly known: KnownColumns
  /** The columns whose values an aggregate puts into its result, and does not only count or compare. */
  readonly shown: readonly string[]
  /** The columns of the result, if they differ from those of the input. */
  readonly columns?: Columns
  /** The expression of a filter in the form that SQL computes. */
  readonly where?: string
  /** The expressions of an aggregate with their SQL types. */
  readonly values: Readonly<Record<string, ComputedValue>>
}

/** A value of an aggregate. */
export interface ComputedValue {
  /** The expression, with its aggregates in the order of the input. */
  readonly expression: string
  readonly sqlType: string
  /** Whether its decimal numbers come from a column and keep their digits. */
  readonly keepsDecimals: boolean
  /** The extreme that the expression is, if SQL cannot compare the values of its column. */
  readonly extreme?: Extreme
}

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
  if (hasMissing(reads, columns)) return plain(reads, learned)
  const bound = await bindExpression(where, reads, columns, learned, async (table) => {
    const result = await connection.run(`SELECT (${where}\n) FROM ${table}`, { ...params })
    const found = String(result.columnType(0))
    if (found !== 'BOOLEAN' && found !== '"NULL"' && found !== 'SQLNULL')
      throw tableError('MAESTRO_TABLE_EXPRESSION_TYPE', { expression: where, found, expected: 'true or false' })
    await connection.run(`SELECT 1 FROM ${table} WHERE (${where}\n)`, { ...params })
  })
  if ('fault' in bound) return { ...plain(reads, learned), faults: [bound.fault] }
  const typed = await withNumberTexts(connection, where, (expression) =>
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
  for (const [name, expression] of Object.entries(values)) {
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
  const bind = async (expression: string, table: string) => {
    const result = await connection.run(`SELECT (${expression}\n) FROM ${table} GROUP BY ()`)
    return String(result.columnType(0))
  }
  // Columns of unknown type get types that give all expressions a meaning, if there are any. If there are none, the
  // values decide; until then, each expression is checked alone.
  const all = [...new Set(checked.flatMap((value) => value.reads))]
  const together = await bindExpression('', all, columns, learned, async (table) => {
    for (const { expression } of checked) await bind(expression, table)
  })
  const known = 'fault' in together ? learned : together.known
  const computed: Record<string, ComputedValue> = {}
  const shown: string[] = []
  const types: [string, ColumnType][] = by.map((name) => [name, columnTypeIn(name, columns)])
  for (const { name, expression, reads: read } of checked) {
    const bound = await bindExpression(expression, read, columns, known, (table) => bind(expression, table))
    if ('fault' in bound) {
      faults.push(bound.fault)
      continue
    }
    // SQL would compare the text of such values.
    const texts = read.filter((column) => ['mixed', 'json'].includes(bound.known.get(column)?.kind ?? ''))
    const extreme = await extremeOf(connection, expression, texts)
    if (extreme !== undefined) {
      computed[name] = { expression, sqlType: bound.result, keepsDecimals: false, extreme }
      types.push([name, 'unknown'])
      continue
    }
    const unordered = await orderedColumn(connection, expression, texts)
    if (unordered !== undefined) {
      const reason = new Error(`The values of "${unordered}" have no order that SQL knows.`)
      faults.push(expressionFault(expression, reason, read, bound.known))
      continue
    }
    const typed = await withNumberTexts(connection, expression, (part) =>
      typeOf(connection, part, emptyTable(read, bound.known)),
    )
    const ordered = await inInputOrder(connection, await withFilteredArguments(connection, typed), (column) =>
      ['integer', 'bigint', 'decimal'].includes(bound.known.get(column)?.kind ?? ''),
    )
    if (!sameForAll(bound.result)) shown.push(...read)
    const keepsDecimals = read.some((column) => bound.known.get(column)?.kind === 'decimal')
    computed[name] = { expression: ordered, sqlType: bound.result, keepsDecimals }
    // The type of a column that the plan does not know is found when its rows arrive.
    const isSure = read.every((column) => learned.has(column) || columnTypeIn(column, columns) !== 'unknown')
    const fixed = !isSure && !sameForAll(bound.result)
    types.push([name, fixed ? 'unknown' : columnTypeOf(bound.result, keepsDecimals)])
  }
  return { faults, reads: [...reads], keys: by, known, shown, columns: rowFromEntries(types), values: computed }
}

/** Whether a result has this type for all column types, as in `count(x)`. */
function sameForAll(sqlType: string): boolean {
  return sqlType === 'BIGINT' || sqlType === 'BOOLEAN'
}

/** Whether a column is certainly missing. The plan reports it with the nearest name. */
function hasMissing(reads: readonly string[], columns: ColumnSet): boolean {
  return !columns.open && reads.some((column) => !Object.hasOwn(columns.columns, column))
}

/**
 * Finds types for the columns of unknown type with which the expression has a meaning.
 *
 * @param prepare Prepares the expression over a table. It throws if the expression has no meaning there.
 */
async function bindExpression<Result>(
  expression: string,
  reads: readonly string[],
  columns: ColumnSet,
  learned: KnownColumns,
  prepare: (table: string) => Promise<Result>,
): Promise<{ readonly known: KnownColumns; readonly result: Result } | { readonly fault: MaestroError }> {
  const known = new Map<string, KnownColumn>(learned)
  for (const name of reads) if (!known.has(name)) known.set(name, { kind: columnTypeIn(name, columns) })
  const open = reads.filter((name) => known.get(name)?.kind === 'unknown')
  let failure: unknown
  for (const kinds of combinations(open.length)) {
    const tried = new Map(known)
    for (const [index, name] of open.entries()) tried.set(name, { kind: kinds[index] ?? 'string' })
    try {
      return { known: tried, result: await prepare(emptyTable(reads, tried)) }
    } catch (error) {
      failure ??= error
    }
  }
  if (failure instanceof Error && 'code' in failure) return { fault: failure as MaestroError }
  return { fault: expressionFault(expression, failure, reads, known) }
}

const mostTries = 300

/** Kinds for the given number of columns: first the same kind for all, then every combination. */
function* combinations(count: number): Generator<readonly Kind[]> {
  if (count === 0) {
    yield []
    return
  }
  for (const kind of guesses) yield Array.from({ length: count }, () => kind)
  if (count === 1) return
  for (let number = 0; number < Math.min(guesses.length ** count, mostTries); number++)
    yield Array.from(
      { length: count },
      (_, at) => guesses[Math.floor(number / guesses.length ** at) % guesses.length] ?? 'string',
    )
}

/**
 * The SQL type of a part of an expression, or undefined if the part has no type alone, such as the body of a lambda.
 */
async function typeOf(
  connection: DuckDBConnection,
  expression: string,
  table: string,
  params: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<string | undefined> {
  const used = Object.entries(params).filter(([name]) => expression.includes(`$${name}`))
  try {
    const result = await connection.run(`SELECT (${expression}\n) FROM ${table}`, Object.fromEntries(used))
    return String(result.columnType(0))
  } catch {
    return undefined
  }
}

/** A table with the right columns and without rows. */
function emptyTable(reads: readonly string[], known: KnownColumns): string {
  const typed = reads.map((column) => {
    const { kind, sqlType } = known.get(column) ?? { kind: 'string' }
    return `NULL::${sqlType ?? sqlTypes[kind]} AS ${identifier(column)}`
  })
  return `(SELECT ${['1 AS "#maestro.one"', ...typed].join(', ')} WHERE false)`
}

function expressionFault(
  expression: string,
  error: unknown,
  reads: readonly string[],
  known: KnownColumns,
): MaestroError {
  const mixed = reads.filter((column) => known.get(column)?.kind === 'mixed')
  const help =
    mixed.length === 0
      ? ''
      : ` Rows hold values of several types in ${mixed.map((column) => `"${column}"`).join(', ')}: cast it, such as try_cast(${mixed[0]} as double).`
  return tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason: `${reasonOf(error)}${help}` }, error)
}

/** The column type of an SQL type. */
function columnTypeOf(sqlType: string, keepsDecimals: boolean): ColumnType {
  if (keepsDecimals && /^DECIMAL[^[]*$/.test(sqlType)) return 'decimal'
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sqlType)) return 'integer'
  if (sqlType === 'BIGNUM') return 'bigint'
  if (/^(DOUBLE|FLOAT|DECIMAL)[^[]*$/.test(sqlType)) return 'number'
  if (/^(DATE|TIMESTAMP)[^[]*$/.test(sqlType)) return 'date'
  if (sqlType === 'BOOLEAN') return 'boolean'
  if (sqlType === 'BLOB') return 'bytes'
  if (sqlType === 'FLOAT[]') return 'vector'
  return sqlType === 'VARCHAR' ? 'string' : sqlType === 'JSON' ? 'unknown' : 'json'
}
