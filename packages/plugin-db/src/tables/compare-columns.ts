import type { ColumnSet, ColumnType } from '@maestro-dataflow/core'
import { didYouMean } from '@maestro-dataflow/core'
import type { ValueKind } from '../values/value-kind.js'
import type { TableColumn, TableDescription } from './table-description.js'

/**
 * The kinds that accept values of a type, at least some of them: a text that contains a number fits a numeric column.
 */
const takes: Readonly<Record<Exclude<ColumnType, 'unknown'>, readonly ValueKind[]>> = {
  string: ['text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'timestamp', 'local', 'day', 'json', 'bits'],
  number: ['text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'json', 'bits'],
  integer: ['text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'json', 'bits'],
  bigint: ['text', 'integer', 'bigint', 'number', 'decimal', 'boolean', 'json', 'bits'],
  decimal: ['text', 'integer', 'bigint', 'number', 'decimal', 'json'],
  boolean: ['text', 'boolean', 'json'],
  date: ['text', 'timestamp', 'local', 'day', 'json'],
  bytes: ['bytes', 'json'],
  vector: ['vector', 'bytes', 'json'],
  json: ['json'],
}

/** All differences between a table and rows with these columns. */
export function compareColumns(table: TableDescription, { columns, open }: ColumnSet): readonly string[] {
  const differences: string[] = []
  const known = new Map(table.columns.map((column) => [column.name, column]))
  for (const [name, type] of Object.entries(columns)) {
    const column = known.get(name)
    if (column === undefined) differences.push(missing(name, [...known.keys()]))
    else if (column.generated) differences.push(`the database computes "${name}" itself`)
    else if (!fits(column, type)) differences.push(`"${name}" is ${column.type}, but the rows have ${type} in it`)
  }
  if (open) return differences
  for (const { name, nullable, optional, generated } of table.columns) {
    if (!nullable && !optional && !generated && !Object.hasOwn(columns, name))
      differences.push(`"${name}" must have a value, but the rows have no such column`)
  }
  return differences
}

function missing(name: string, known: readonly string[]): string {
  const same = known.find((other) => other.toLowerCase() === name.toLowerCase()) ?? didYouMean(name, known)
  return `there is no column "${name}"${same === undefined ? '' : `; there is "${same}"`}`
}

function fits({ kind, list }: TableColumn, type: ColumnType): boolean {
  if (type === 'unknown' || kind === 'other') return true
  if (list === true) return type === 'json' || type === 'vector'
  return takes[type].includes(kind) || (kind === 'vector' && type === 'json')
}
