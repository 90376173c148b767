import type { DuckDBConnection } from '@duckdb/node-api'
import type { TableRequest, TableStatement } from '@maestro-dataflow/core'
import type { ColumnValues, Mode } from './column-values.js'
import { filterQuery } from './filter-branches.js'
import type { KnownLines } from './known-lines.js'
import { lineColumn, positionColumn } from './lines.js'
import { dedupeKeys, sampled } from './statement-query.js'

type ChoosingStatement = Exclude<TableStatement, { kind: 'aggregate' }>

/** A statement that has run, with what its query was made of. */
export interface FinishedQuery {
  readonly connection: DuckDBConnection
  readonly statement: ChoosingStatement
  readonly lines: Pick<KnownLines, 'relation' | 'extracted' | 'branches' | 'checked'>
  readonly values: ColumnValues
  readonly mode: Mode
  /** The parameters of a filter. */
  readonly bound: Readonly<Record<string, string | number | boolean | null>> | undefined
  /** The SQL of the id of a row. */
  idOf(line: string, position: string): string
}

/** Reports the rows that a statement left out, in their order, by a second query over the same lines. */
export async function reportLeftOut(
  leftOut: NonNullable<TableRequest['leftOut']>,
  query: FinishedQuery,
): Promise<void> {
  const { connection, bound, statement } = query
  const reason = reasonOf(statement)
  const result = await connection.stream(leftOutQuery(query), { ...bound })
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [ids = [], into] = chunk.getColumns() as string[][]
    leftOut({ ids, ...(into === undefined ? {} : { into }), ...(reason === undefined ? {} : { reason }) })
  }
}

function leftOutQuery({ statement, lines, values, mode, idOf }: FinishedQuery): string {
  const { relation, extracted, branches, checked } = lines
  const id = idOf(lineColumn, positionColumn)
  const except = (chosen: string) =>
    `SELECT ${id} FROM ${relation} WHERE ${positionColumn} NOT IN (${chosen}) ORDER BY ${positionColumn}`
  switch (statement.kind) {
    case 'filter':
      return filterQuery({ relation, extracted, mode, emit: id, reads: checked.reads, branches, dropped: true })
    case 'limit':
      return except(
        `SELECT ${positionColumn} FROM ${relation} LIMIT ${statement.count} OFFSET ${statement.offset ?? 0}`,
      )
    case 'sample':
      return except(sampled(statement, relation))
    case 'dedupe': {
      const keys = dedupeKeys(values, checked.keys).map((key, index) => `${key} AS k${index}`)
      const names = keys.map((_, index) => `k${index}`)
      const survivor = statement.keep === 'first' ? 'arg_min' : 'arg_max'
      const rows = `(SELECT ${id} AS id, ${positionColumn} AS position, ${keys.join(', ')} FROM ${relation})`
      const sets = `(SELECT ${names.join(', ')}, ${survivor}(id, position) AS kept FROM ${rows} GROUP BY ${names.join(', ')} HAVING count(*) > 1)`
      const same = names.map((name) => `rows.${name} IS NOT DISTINCT FROM sets.${name}`).join(' AND ')
      return `SELECT rows.id, sets.kept FROM ${rows} AS rows JOIN ${sets} AS sets ON ${same} WHERE rows.id <> sets.kept ORDER BY rows.position`
    }
    case 'sort':
      return `SELECT ${id} FROM ${relation} WHERE false`
  }
}

function reasonOf(statement: ChoosingStatement): string | undefined {
  switch (statement.kind) {
    case 'filter':
      return `not ${statement.where}`
    case 'limit':
      return 'beyond the limit'
    case 'sample':
      return 'not in the sample'
    default:
      return undefined
  }
}
