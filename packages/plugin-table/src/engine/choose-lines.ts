import type { DuckDBConnection } from '@duckdb/node-api'
import type { TableStatement } from '@maestro-dataflow/core'
import type { ColumnValues, Mode } from './column-values.js'
import { firstRow } from './connect.js'
import { branchRows } from './filter-branches.js'
import type { KnownLines } from './known-lines.js'
import { positionColumn } from './lines.js'
import { literal } from './sql-text.js'

/** A statement that chooses among the lines of its input, without changing their order. */
export type ChoosingStatement = Exclude<TableStatement, { kind: 'aggregate' | 'sort' | 'window' }>

/** The fate of a line: left out, kept, or not a row of the statement, such as a blank line or a rejected row. */
export const fate = { leftOut: 0, kept: 1, absent: 2 } as const

/** What a statement chose. Everything is by the position of a line, from 0 over all input files. */
export interface Choice {
  readonly fates: Uint8Array
  /** The position of the line that was kept in place of a line that was left out. Only `dedupe` has it. */
  readonly into?: Uint32Array
}

/** How a statement reads its lines. */
export interface ChoosingQuery {
  readonly connection: DuckDBConnection
  readonly lines: KnownLines
  readonly values: ColumnValues
  readonly mode: Mode
  /** The parameters of a filter. */
  readonly bound: Readonly<Record<string, string | number | boolean | null>> | undefined
  /** The number of lines of the input, blank ones included. */
  readonly count: number
}

/** Lets the database choose among loaded lines. Their text is not needed. */
export async function chooseLines(statement: ChoosingStatement, query: ChoosingQuery): Promise<Choice> {
  return statement.kind === 'dedupe'
    ? chooseFirsts(statement, query)
    : chooseKept(await keptPositions(statement, query), query)
}

/** @param positions The query of the positions of the lines that are kept. */
export async function chooseKept(
  positions: string,
  { connection, bound, count }: Pick<ChoosingQuery, 'connection' | 'bound' | 'count'>,
): Promise<Choice> {
  const fates = new Uint8Array(count)
  const asNumber = `SELECT CAST(${positionColumn} AS UINTEGER) FROM (${positions})`
  for await (const [kept = []] of columnsOf(connection, asNumber, bound))
    for (const position of kept) fates[position] = fate.kept
  return { fates }
}

/** Of equal rows, keeps the first or the last one. The others become part of it. */
async function chooseFirsts(
  { keep }: Extract<TableStatement, { kind: 'dedupe' }>,
  { connection, lines: { relation, checked }, values, count }: ChoosingQuery,
): Promise<Choice> {
  const fates = new Uint8Array(count).fill(fate.kept)
  const into = new Uint32Array(count)
  const keys = checked.keys.length === 0 ? [values.rowKey()] : checked.keys.map((column) => values.key(column))
  const survivor = keep === 'first' ? 'min' : 'max'
  const named = keys.map((key, index) => `${key} AS "#maestro.key${index}"`).join(', ')
  const names = keys.map((_, index) => `"#maestro.key${index}"`)
  const keyed = `SELECT ${positionColumn}, ${named} FROM ${relation}`
  // A list of each group's positions would stay in memory, which a join does not.
  const groups = `SELECT ${survivor}(${positionColumn}) AS kept, ${names.join(', ')} FROM (${keyed}) GROUP BY ALL HAVING count(*) > 1`
  const isSame = names.map((name) => `members.${name} IS NOT DISTINCT FROM groups.${name}`).join(' AND ')
  const members = `SELECT CAST(kept AS UINTEGER), CAST(${positionColumn} AS UINTEGER) FROM (${keyed}) AS members JOIN (${groups}) AS groups ON ${isSame}`
  for await (const [kept = [], positions = []] of columnsOf(connection, members)) {
    for (const [index, position] of positions.entries()) {
      const target = kept[index] as number
      if (position === target) continue
      fates[position] = fate.leftOut
      into[position] = target
    }
  }
  return { fates, into }
}

/** The query of the positions of the lines that are kept. */
export async function keptPositions(
  statement: Exclude<ChoosingStatement, { kind: 'dedupe' }>,
  { connection, lines, values, mode }: Pick<ChoosingQuery, 'connection' | 'lines' | 'values' | 'mode'>,
): Promise<string> {
  const { relation, extracted, checked, branches } = lines
  switch (statement.kind) {
    case 'filter': {
      const kept = branches.map((branch) => {
        const rows = branchRows(branch, { relation, extracted, mode, reads: checked.reads })
        return `SELECT ${positionColumn} FROM ${rows} WHERE (${branch.where}\n)`
      })
      return kept.join(' UNION ALL ')
    }
    case 'limit':
      return `SELECT ${positionColumn} FROM ${relation} LIMIT ${statement.count} OFFSET ${statement.offset ?? 0}`
    case 'sample':
      return sampled(statement, relation, await placeSql(connection, relation), values)
  }
}

/** The place of a row among the rows, in SQL. Blank lines and rejected rows have positions, but do not count. */
async function placeSql(connection: DuckDBConnection, relation: string): Promise<string> {
  const [rows, last] = await firstRow(connection, `SELECT count(*), max(${positionColumn}) FROM ${relation}`)
  const isDense = last === null || Number(last) === Number(rows) - 1
  return isDense ? positionColumn : `(row_number() OVER (ORDER BY ${positionColumn}) - 1)`
}

/**
 * Chooses rows by a hash of their place and the seed, so that the same rows give the same sample in any version,
 * whatever the step before was.
 */
function sampled(
  statement: Extract<TableStatement, { kind: 'sample' }>,
  relation: string,
  place: string,
  values: ColumnValues,
): string {
  const number = '"#maestro.hash"'
  const keys = (statement.by ?? []).map((column, index) => `, ${values.key(column)} AS "#maestro.group${index}"`)
  const hashed = `SELECT ${positionColumn}${keys.join('')}, md5_number_lower(${literal(`${statement.seed}:`)} || ${place}) AS ${number} FROM ${relation}`
  if (keys.length > 0) {
    // From each group, the count, or the fraction rounded to whole rows.
    const group = `PARTITION BY ${keys.map((_, index) => `"#maestro.group${index}"`).join(', ')}`
    const most = 'fraction' in statement ? `round(${statement.fraction} * count(*) OVER (${group}))` : statement.count
    return `SELECT ${positionColumn} FROM (${hashed}) QUALIFY row_number() OVER (${group} ORDER BY ${number}, ${positionColumn}) <= ${most}`
  }
  const positions = `SELECT ${positionColumn} FROM (${hashed})`
  return 'fraction' in statement
    ? `${positions} WHERE ${number}::DOUBLE / 18446744073709551616 < ${statement.fraction}`
    : `${positions} ORDER BY ${number}, ${positionColumn} LIMIT ${statement.count}`
}

/** The positions that a query gives, in its order. @param count How many there are. */
export async function positionsOf(connection: DuckDBConnection, sql: string, count: number): Promise<Uint32Array> {
  const positions = new Uint32Array(count)
  let next = 0
  for await (const [some = []] of columnsOf(connection, sql)) {
    positions.set(some, next)
    next += some.length
  }
  return positions
}

/** The columns of a query's result, which are numbers, or texts if the query says so, chunk by chunk. */
export async function* columnsOf<Value extends number | string = number>(
  connection: DuckDBConnection,
  sql: string,
  bound?: ChoosingQuery['bound'],
): AsyncGenerator<readonly (readonly Value[])[]> {
  const result = await connection.stream(sql, { ...bound })
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getColumns() as Value[][]
}
