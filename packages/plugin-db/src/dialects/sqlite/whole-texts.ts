import type { Field } from '../session.js'
import { sqlite } from './dialect.js'

/**
 * The driver cuts texts at their first NUL character. Therefore, a query gets one more column, which is NULL except for
 * rows with such texts: there it holds all texts of the row as hexadecimal bytes.
 */
export class WholeTexts {
  /** The query with that column. */
  readonly sql: string
  readonly #places: readonly number[]

  private constructor(sql: string, places: readonly number[]) {
    this.sql = sql
    this.#places = places
  }

  /** Undefined for a query without text columns, or with duplicate column names. */
  static of(sql: string, fields: readonly Field[]): WholeTexts | undefined {
    const places = fields.flatMap(({ kind }, place) => (textual.has(kind) ? [place] : []))
    if (places.length === 0 || new Set(fields.map(({ name }) => name.toLowerCase())).size < fields.length)
      return undefined
    const columns = places.map((place) => `page.${sqlite.quoteName(fields[place]?.name ?? '')}`)
    const isCut = grouped(
      // Of other values, only bytes can contain it, and these are left out below.
      columns.map((column) => `instr(${column}, char(0))`),
      ' OR ',
    )
    const hex = grouped(
      columns.map((column) => `CASE typeof(${column}) WHEN 'text' THEN hex(${column}) ELSE '-' END`),
      " || ',' || ",
    )
    return new WholeTexts(`SELECT page.*, CASE WHEN ${isCut} THEN ${hex} END FROM (${sql}) AS page`, places)
  }

  /** Removes the added column from a row and restores its texts. */
  restore(row: unknown[]): void {
    const texts = row.pop()
    if (typeof texts !== 'string') return
    for (const [at, hex] of texts.split(',').entries())
      if (hex !== '-') row[this.#places[at] as number] = Buffer.from(hex, 'hex').toString()
  }
}

const textual: ReadonlySet<Field['kind']> = new Set(['text', 'other', 'json', 'decimal'])

const groupSize = 50

/** Groups expressions in parentheses, because SQLite limits the depth of an expression. */
function grouped(parts: readonly string[], operator: string): string {
  if (parts.length <= groupSize) return `(${parts.join(operator)})`
  const groups: string[] = []
  for (let start = 0; start < parts.length; start += groupSize)
    groups.push(`(${parts.slice(start, start + groupSize).join(operator)})`)
  return grouped(groups, operator)
}
