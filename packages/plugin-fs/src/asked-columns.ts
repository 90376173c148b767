import type { Columns } from '@maestro-dataflow/core'
import type { GivenReadOptions } from './options.js'

type Asking = Pick<GivenReadOptions, 'columns' | 'schema' | 'key'>

/** The names of the declared columns. */
export function declaredNames({ columns }: Asking): readonly string[] | undefined {
  if (columns === undefined || columns === 'infer') return undefined
  return Array.isArray(columns) ? columns : Object.keys(columns)
}

/**
 * The columns to read: the declared ones and the key. It is undefined for all. A schema sees all columns and then names
 * those of the row.
 */
export function askedColumns(options: Asking): ReadonlySet<string> | undefined {
  const names = declaredNames(options)
  if (names === undefined || options.schema !== undefined) return undefined
  return new Set(options.key === undefined ? names : [...names, options.key])
}

/** Whether the key serves only as the id of a row, because it is not one of the declared columns. */
export function isOnlyKey(options: Asking): boolean {
  const { key, schema } = options
  return key !== undefined && schema === undefined && declaredNames(options)?.includes(key) === false
}

/** The columns of the rows of text files. */
export function textColumns({ lines }: Pick<GivenReadOptions, 'lines'>): Columns {
  return lines === true ? { path: 'string', line: 'integer', text: 'string' } : { path: 'string', text: 'string' }
}
