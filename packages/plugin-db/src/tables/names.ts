import { dbError } from '../errors.js'

/** A table by its name, and its schema if that is not the default one. */
export interface TableName {
  readonly schema?: string | undefined
  readonly table: string
}

/** How a database writes names. A name that is too long is never cut, because it would name another table or column. */
export interface NameRules {
  /** The character around a name; within a name it is doubled. */
  readonly quote: string
  readonly most: number
  readonly unit: string
  length(name: string): number
  /** Further reasons why a name is not valid. */
  fault?(name: string): string | undefined
}

/** How a database writes names: the part of a dialect that names need. */
interface Quoting {
  quoteName(name: string): string
}

/** Creates the function that quotes names, whatever they contain. */
export function nameQuoter({ quote, most, unit, length, fault }: NameRules): (name: string) => string {
  return (name) => {
    const fail = (reason: string) => dbError('MAESTRO_DB_NAME', { name, reason })
    if (name === '') throw fail('it is empty')
    if (name.includes('\0')) throw fail('it contains a NUL character')
    if (!name.isWellFormed()) throw fail('it contains a lone surrogate')
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

/** Quoted names, separated by commas. */
export function quoteNames(dialect: Quoting, names: readonly string[]): string {
  return names.map((name) => dialect.quoteName(name)).join(', ')
}

/** A table's name for people. */
export function shownTable({ schema, table }: TableName): string {
  return schema === undefined ? table : `${schema}.${table}`
}
