import { type Columns, columnNames } from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import { quoteNames, quoteTable, type TableName } from './names.js'

/** The statement that creates a table. @param vectorType The type for vectors, if the database has one */
export function createTableSql(
  dialect: Dialect,
  name: TableName,
  columns: Columns,
  key: readonly string[],
  vectorType?: string,
): string {
  const { types, keyTypes, options } = dialect.tables
  const lines = columnNames(columns).map((column) => {
    const type = columns[column] ?? 'unknown'
    const isKey = key.includes(column)
    const sql = (type === 'vector' ? vectorType : undefined) ?? (isKey ? keyTypes[type] : undefined) ?? types[type]
    return `${dialect.quoteName(column)} ${sql}${isKey ? ' NOT NULL' : ''}`
  })
  if (key.length > 0) lines.push(`PRIMARY KEY (${quoteNames(dialect, key)})`)
  return `CREATE TABLE ${quoteTable(dialect, name)} (${lines.join(', ')})${options}`
}
