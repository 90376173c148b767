import type { ColumnSet, Columns } from '@maestro-dataflow/core'
import { rowFromEntries, schemaColumns } from '@maestro-dataflow/core'
import type { Dialect } from '../dialects/dialect.js'
import type { Field } from '../dialects/session.js'
import { dbError } from '../errors.js'
import type { TableReadOptions } from '../options.js'

type Reading = Pick<TableReadOptions, 'columns' | 'schema' | 'key' | 'method' | 'after'>

/** The columns that the options declare. */
export function declaredColumns({ schema, columns }: Reading): ColumnSet {
  if (schema !== undefined) return schemaColumns(schema)
  if (columns === undefined) return { columns: {}, open: true }
  if (!Array.isArray(columns)) return { columns, open: false }
  return { columns: rowFromEntries(columns.map((name) => [name, 'unknown'] as const)), open: false }
}

/** The columns as the database states them, unless the options declare other types. */
export function statedColumns(reading: Reading, dialect: Dialect, fields: readonly Field[]): ColumnSet {
  if (reading.schema !== undefined) return declaredColumns(reading)
  const declared = declaredTypes(reading) ?? {}
  const typeOf = (field: Field) => {
    const type = Object.hasOwn(declared, field.name) ? declared[field.name] : undefined
    return type === undefined || type === 'unknown' ? dialect.columnTypeOf(field) : type
  }
  const foreign = fields.flatMap(({ name, foreign: text }) =>
    text === undefined || Object.hasOwn(declared, name) ? [] : [[name, text] as const],
  )
  return {
    columns: rowFromEntries(fields.map((field) => [field.name, typeOf(field)])),
    open: false,
    ...(foreign.length === 0 ? {} : { foreignTexts: Object.fromEntries(foreign) }),
  }
}

/** The columns to request: the declared ones and those of the key; undefined for all. */
export function wantedColumns({ columns }: Reading, key: readonly string[] = []): readonly string[] | undefined {
  if (columns === undefined) return undefined
  return [...new Set([...(Array.isArray(columns) ? columns : Object.keys(columns)), ...key])]
}

/** The types that the options declare. */
export function declaredTypes({ columns }: Reading): Columns | undefined {
  return columns === undefined || Array.isArray(columns) ? undefined : columns
}

/** @throws MAESTRO_DB_KEY_NOT_UNIQUE if the number of values in `after` differs from the key */
export function assertAfterFits({ after }: Reading, key: readonly string[], table: string): void {
  if (after === undefined || after.length === key.length) return
  const reason = `\`after\` has ${after.length} values for ${key.length} columns`
  throw dbError('MAESTRO_DB_KEY_NOT_UNIQUE', { table, key, reason })
}
