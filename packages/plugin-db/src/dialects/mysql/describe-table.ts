import type { TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { DatabaseSession } from '../session.js'
import { kindsByName, limitsOf, orderOf } from './kinds.js'

interface ColumnInfo {
  readonly name: string
  readonly data: string
  readonly type: string
  readonly nullable: string
  readonly standard: string | null
  readonly extra: string
  readonly scale: unknown
  readonly fraction: unknown
  readonly characters: unknown
  readonly bytes: unknown
}

export async function describeMysqlTable(
  session: Pick<DatabaseSession, 'run'>,
  { schema = null, table }: { schema?: TableName['schema'] | null; table: string },
): Promise<TableDescription | undefined> {
  const rowsOf = async <Row>(sql: string) => (await session.run(sql, [schema, table])).rows as unknown as readonly Row[]
  const here = 'table_schema = coalesce(?, database()) AND table_name = ?'
  const [found] = await rowsOf<{ type: string; engine: string | null; safe: string | null }>(
    `SELECT t.table_type AS type, t.engine AS engine, e.transactions AS safe FROM information_schema.tables t
     LEFT JOIN information_schema.engines e ON e.engine = t.engine WHERE ${here}`,
  )
  if (found === undefined) return undefined
  const columns = await rowsOf<ColumnInfo>(
    `SELECT column_name AS name, data_type AS data, column_type AS type, is_nullable AS nullable,
       column_default AS standard, extra AS extra, numeric_scale AS scale, datetime_precision AS fraction,
       character_maximum_length AS characters, character_octet_length AS bytes FROM information_schema.columns WHERE ${here} ORDER BY ordinal_position`,
  )
  const indexes = await rowsOf<{ name: string; column: string | null; part: unknown }>(
    `SELECT index_name AS name, column_name AS \`column\`, sub_part AS part FROM information_schema.statistics
     WHERE ${here} AND non_unique = 0 ORDER BY index_name, seq_in_index`,
  )
  const byIndex = new Map<string, (string | null)[]>()
  for (const { name, column, part } of indexes)
    byIndex.set(name, [...(byIndex.get(name) ?? []), part === null ? column : null])
  const whole = [...byIndex].filter((entry): entry is [string, string[]] => !entry[1].includes(null))
  const json = await jsonColumns(session, schema, table)
  return {
    kind: found.type.includes('VIEW') ? 'view' : 'table',
    columns: columns.map(({ name, data, type, nullable, standard, extra, ...lengths }) => ({
      name,
      type,
      kind: json.has(name) ? 'json' : type === 'tinyint(1)' ? 'boolean' : (kindsByName.get(data) ?? 'other'),
      ...orderOf(json.has(name) ? 'json' : data),
      limits: limitsOf(data, type, lengths),
      nullable: nullable === 'YES',
      // MariaDB gives a column without a default the default NULL.
      optional: (standard !== null && standard !== 'NULL') || /auto_increment|DEFAULT_GENERATED/.test(extra),
      generated: /VIRTUAL|STORED|PERSISTENT/.test(extra) && !extra.includes('DEFAULT_GENERATED'),
    })),
    primaryKey: whole.find(([name]) => name === 'PRIMARY')?.[1] ?? [],
    uniques: whole.map(([, index]) => index),
    attached: await attachedTo(session, schema, table),
    unsafe: found.safe === 'YES' ? undefined : `its engine ${found.engine ?? ''} has no transactions`,
  }
}

/** MariaDB stores JSON as text with a check that it is JSON. */
async function jsonColumns(
  session: Pick<DatabaseSession, 'run'>,
  schema: string | null,
  table: string,
): Promise<ReadonlySet<string>> {
  const { rows: version } = await session.run('SELECT version() AS version')
  if (!String(version[0]?.version).includes('MariaDB')) return new Set()
  const { rows } = await session.run(
    `SELECT check_clause AS clause FROM information_schema.check_constraints
     WHERE constraint_schema = coalesce(?, database()) AND table_name = ? AND check_clause LIKE 'json_valid(%'`,
    [schema, table],
  )
  return new Set(
    rows.flatMap(({ clause }) => /^json_valid\(`(.*)`\)$/.exec(String(clause))?.[1]?.replaceAll('``', '`') ?? []),
  )
}

async function attachedTo(
  session: Pick<DatabaseSession, 'run'>,
  schema: string | null,
  table: string,
): Promise<readonly string[]> {
  const { rows } = await session.run(
    `SELECT 'triggers' AS what FROM information_schema.triggers WHERE event_object_schema = coalesce(?, database()) AND event_object_table = ?
     UNION SELECT 'foreign keys' FROM information_schema.key_column_usage
     WHERE (referenced_table_schema = coalesce(?, database()) AND referenced_table_name = ?)
        OR (referenced_table_name IS NOT NULL AND table_schema = coalesce(?, database()) AND table_name = ?)`,
    [schema, table, schema, table, schema, table],
  )
  return rows.map(({ what }) => String(what))
}
