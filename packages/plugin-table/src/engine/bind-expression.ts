import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSet, ColumnType, MaestroError } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import type { KnownColumn, KnownColumns } from './column-values.js'
import { reasonOf } from './connect.js'
import { guesses, type Kind, sqlTypes } from './kinds.js'
import { columnTypeIn } from './known-columns.js'
import { identifier } from './sql-text.js'
import { sqlTypeName } from './sql-type-name.js'

/** Whether a result has this type for all column types, as in `count(x)`. */
export function sameForAll(sqlType: string): boolean {
  return sqlType === 'BIGINT' || sqlType === 'BOOLEAN'
}

/** Whether a column is certainly missing. The plan reports it with the nearest name. */
export function hasMissing(reads: readonly string[], columns: ColumnSet): boolean {
  return !columns.open && reads.some((column) => !Object.hasOwn(columns.columns, column))
}

/**
 * Finds types for the columns of unknown type with which the expression has a meaning.
 *
 * @param prepare Prepares the expression over a table. It throws if the expression has no meaning there.
 */
export async function bindExpression<Result>(
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
 * The fault of an expression that SQL computes with fractions only because whole numbers have more than 128 bits, such as
 * a product.
 *
 * @param bind Returns the SQL type of the expression over a table.
 */
export async function inexactFault(
  expression: string,
  reads: readonly string[],
  { known, result }: { readonly known: KnownColumns; readonly result: string },
  bind: (table: string) => Promise<string>,
): Promise<MaestroError | undefined> {
  const wide = reads.filter((column) => known.get(column)?.kind === 'wide')
  if (wide.length === 0 || result !== 'DOUBLE') return undefined
  const narrow = new Map([...known, ...wide.map((column) => [column, { kind: 'bigint' as const }] as const)])
  if ((await bind(emptyTable(reads, narrow)).catch(() => '')) !== 'HUGEINT') return undefined
  const reason = `"${wide[0]}" has whole numbers of more than 128 bits, which SQL only adds and compares; cast them where digits may be lost, such as cast("${wide[0]}" as double).`
  return tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason })
}

/**
 * The SQL type of a part of an expression, or undefined if the part has no type alone, such as the body of a lambda.
 */
export async function typeOf(
  connection: DuckDBConnection,
  expression: string,
  table: string,
  params: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<string | undefined> {
  const used = Object.entries(params).filter(([name]) => expression.includes(`$${name}`))
  try {
    const result = await connection.run(`SELECT (${expression}\n) FROM ${table}`, Object.fromEntries(used))
    return sqlTypeName(result.columnType(0))
  } catch {
    return undefined
  }
}

/** A table with the right columns and without rows. */
export function emptyTable(reads: readonly string[], known: KnownColumns): string {
  const typed = reads.map((column) => {
    const { kind, sqlType } = known.get(column) ?? { kind: 'string' }
    return `NULL::${sqlType ?? sqlTypes[kind]} AS ${identifier(column)}`
  })
  return `(SELECT ${['1 AS "#maestro.one"', ...typed].join(', ')} WHERE false)`
}

export function expressionFault(
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
export function columnTypeOf(sqlType: string, keepsDecimals: boolean): ColumnType {
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
