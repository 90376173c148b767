import type { TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { DatabaseSession } from '../session.js'
import { sqlite } from './dialect.js'
import { sqliteColumn } from './kinds.js'

interface ColumnInfo {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly dflt_value: string | null
  readonly pk: number
  readonly hidden: number
}

interface IndexColumn {
  readonly name: string
  readonly column: string | null
  readonly collation: string
}

export async function describeSqliteTable(
  session: Pick<DatabaseSession, 'run'>,
  { schema = 'main', table }: TableName,
): Promise<TableDescription | undefined> {
  const place = sqlite.quoteName(schema)
  const rowsOf = async <Row>(sql: string, ...bindings: string[]) =>
    (await session.run(sql, bindings)).rows as unknown as readonly Row[]
  // SQLite finds tables regardless of case.
  const [found] = await rowsOf<{ name: string; type: string; strict: number }>(
    `SELECT name, type, (SELECT strict FROM pragma_table_list AS list WHERE list.name = found.name AND list.schema = ?) AS strict
     FROM ${place}.sqlite_master AS found WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE`,
    schema,
    table,
  )
  if (found === undefined) return undefined
  const columns = await rowsOf<ColumnInfo>(
    'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1',
    found.name,
    schema,
  )
  const indexes = await rowsOf<IndexColumn>(
    `SELECT list.name AS name, info.name AS "column", info.coll AS collation
     FROM pragma_index_list(?, ?) AS list, pragma_index_xinfo(list.name, ?) AS info
     WHERE list."unique" AND NOT list.partial AND info.key ORDER BY list.seq, info.seqno`,
    found.name,
    schema,
    schema,
  )
  const collations = await collationsOf(session, `${place}.${sqlite.quoteName(found.name)}`, indexes)
  const byIndex = new Map<string, (string | null)[]>()
  for (const { name, column, collation } of indexes) {
    const own = collations.get(column ?? '')
    // Texts that differ for the index may be equal for the column, as in an index of BINARY over a column of NOCASE.
    const isUnique = own === 'BINARY' || own === collation.toUpperCase()
    byIndex.set(name, [...(byIndex.get(name) ?? []), isUnique ? column : null])
  }
  const primaryKey = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  // `INTEGER PRIMARY KEY` is the number of the row itself and has no index.
  const rowNumber = primaryKey.length === 1 && /^INTEGER$/i.test(primaryKey[0]?.type ?? '')
  const uniques = [...byIndex.values()].filter((index): index is string[] => !index.includes(null))
  return {
    kind: found.type === 'view' ? 'view' : 'table',
    columns: columns.map(({ name, type, notnull, dflt_value, pk, hidden }) => ({
      name,
      type,
      ...sqliteColumn(type, found.strict === 1),
      nullable: notnull === 0 && !(rowNumber && pk > 0),
      optional: dflt_value !== null || (rowNumber && pk > 0),
      generated: hidden > 1,
    })),
    primaryKey: primaryKey.map(({ name }) => name),
    uniques: rowNumber ? [...uniques, primaryKey.map(({ name }) => name)] : uniques,
    attached: [],
  }
}

/** The collations by which SQLite compares the texts of indexed columns, which no pragma tells. */
async function collationsOf(
  session: Pick<DatabaseSession, 'run'>,
  table: string,
  indexes: readonly IndexColumn[],
): Promise<ReadonlyMap<string, string>> {
  const columns = [...new Set(indexes.flatMap(({ column }) => column ?? []))]
  if (columns.length === 0) return new Map()
  const names = columns.map((column, at) => `${sqlite.quoteName(column)} AS c${at}`)
  const tests = columns.map((_, at) => `c${at} = 'A' AS nocase${at}, c${at} = 'a ' AS rtrim${at}`)
  // A text of another query takes the collation of the column above it.
  const texts = `SELECT ${names.join(', ')} FROM ${table} WHERE 0 UNION ALL SELECT ${columns.map(() => "'a'").join(', ')}`
  const [found] = (await session.run(`SELECT ${tests.join(', ')} FROM (${texts})`, [])).rows
  return new Map(
    columns.map((column, at) => {
      const isOf = (name: string) => Number(found?.[`${name}${at}`]) === 1
      return [column, isOf('nocase') ? 'NOCASE' : isOf('rtrim') ? 'RTRIM' : 'BINARY']
    }),
  )
}
