import type { Columns, ColumnType } from '@maestro-dataflow/core'
import type { Client } from '../connection/connection-settings.js'
import type { DatabaseSession } from '../dialects/database-session.js'
import { quoteName, quoteNames, quoteTable, type TableName } from './names.js'

type Types = Readonly<Record<ColumnType, string>>

const types: Readonly<Record<Client, Types>> = {
  sqlite: {
    string: 'TEXT',
    number: 'REAL',
    integer: 'INTEGER',
    bigint: 'BIGINT',
    // A column of type DECIMAL would make numbers of texts.
    decimal: 'TEXT',
    boolean: 'BOOLEAN',
    date: 'TIMESTAMP',
    bytes: 'BLOB',
    vector: 'VECTOR_BLOB',
    // A column of type JSON would make numbers of texts such as "1e5".
    json: 'JSON_TEXT',
    unknown: 'TEXT',
  },
  postgres: {
    string: 'text',
    number: 'double precision',
    integer: 'bigint',
    bigint: 'bigint',
    decimal: 'numeric',
    boolean: 'boolean',
    date: 'timestamp with time zone',
    bytes: 'bytea',
    vector: 'bytea',
    json: 'jsonb',
    unknown: 'text',
  },
  mysql: {
    string: 'LONGTEXT',
    number: 'DOUBLE',
    integer: 'BIGINT',
    bigint: 'BIGINT',
    // A DECIMAL has one number of digits for all values.
    decimal: 'LONGTEXT',
    boolean: 'BOOLEAN',
    date: 'DATETIME(3)',
    bytes: 'LONGBLOB',
    vector: 'LONGBLOB',
    json: 'JSON',
    unknown: 'LONGTEXT',
  },
}

/** MySQL has no index over a text without bound. */
const keyTypes: Readonly<Record<Client, Partial<Types>>> = {
  sqlite: {},
  postgres: {},
  mysql: { string: 'VARCHAR(255)', decimal: 'VARCHAR(255)', unknown: 'VARCHAR(255)', bytes: 'VARBINARY(255)' },
}

/** The statement that makes a table. @param vectorType The type for vectors, when the database has one */
export function createTableSql(
  client: Client,
  name: TableName,
  columns: Columns,
  key: readonly string[],
  vectorType?: string,
): string {
  const lines = Object.entries(columns).map(([column, type]) => {
    const isKey = key.includes(column)
    const sql =
      (type === 'vector' ? vectorType : undefined) ??
      (isKey ? keyTypes[client][type] : undefined) ??
      types[client][type]
    return `${quoteName(client, column)} ${sql}${isKey ? ' NOT NULL' : ''}`
  })
  if (key.length > 0) lines.push(`PRIMARY KEY (${quoteNames(client, key)})`)
  // Texts that differ in case only are two keys, as they are in rows; and only InnoDB can take changes back.
  const options = client === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  return `CREATE TABLE ${quoteTable(client, name)} (${lines.join(', ')})${options}`
}

/** The type that pgvector brings, when it is installed in the database. */
export async function findVectorType(session: DatabaseSession): Promise<string | undefined> {
  if (session.client !== 'postgres') return undefined
  const { rows } = await session.run(`SELECT format_type(t.oid, NULL) AS name FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_depend d ON d.objid = t.oid AND d.deptype = 'e' JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    WHERE t.typname = 'vector' AND e.extname = 'vector'`)
  return rows[0] === undefined ? undefined : String(rows[0].name)
}
