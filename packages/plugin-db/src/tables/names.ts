import { dbError } from '../errors.js'

/** A table by its name, and the schema that it is in when that is not the usual one. */
export interface TableName {
  readonly schema?: string | undefined
  readonly table: string
}

/** How a database has names. A longer one is never cut: it would be another table's or column's. */
export interface NameRules {
  /** What stands around a name; within one it is doubled. */
  readonly quote: string
  readonly most: number
  readonly unit: string
  length(name: string): number
  /** Why a name is none, for further reasons. */
  fault?(name: string): string | undefined
}

/** How a database writes names: the part of a dialect that they need. */
interface Quoting {
  quoteName(name: string): string
}

/** Makes the function that puts names in quotes, whatever is in them. */
export function nameQuoter({ quote, most, unit, length, fault }: NameRules): (name: string) => string {
  return (name) => {
    const fail = (reason: string) => dbError('MAESTRO_DB_NAME', { name, reason })
    if (name === '') throw fail('it is empty')
    if (name.includes('\0')) throw fail('it holds a NUL character')
    if (!name.isWellFormed()) throw fail('it holds half a character (a lone surrogate)')
    if (length(name) > most) throw fail(`it has more than ${most} ${unit}`)
    const reason = fault?.(name)
    if (reason !== undefined) throw fail(reason)
    return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
  }
}

/** A table's name with its schema. */
export function quoteTable(dialect: Quoting, { schema, table }: TableName): string {
  return `${schema === undefined ? '' : `${dialect.quoteName(schema)}.`}${dialect.quoteName(table)}`
}

/** Names in quotes, with commas. */
export function quoteNames(dialect: Quoting, names: readonly string[]): string {
  return names.map((name) => dialect.quoteName(name)).join(', ')
}

/** A table's name as people read it. */
export function shownTable({ schema, table }: TableName): string {
  return schema === undefined ? table : `${schema}.${table}`
}
