import type { TableFile } from '@maestro-dataflow/core'
import { isCompactLine } from './compact-lines.js'
import { keyConditions, keysColumn, lineKeys } from './line-keys.js'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

/**
 * The columns that a statement reads, extracted from each line as JSON in one parse. A column is NULL if its value is
 * null, undefined, or missing.
 */
export class ExtractedColumns {
  readonly format: TableFile['format']
  readonly names: readonly string[]
  /** The column that tells whether a line has no other keys than the extracted ones, each once. */
  readonly isComplete = '"#maestro.complete"'
  /** The keys that most lines have, in their order, if they are known. */
  readonly usualKeys: readonly string[]

  constructor(format: TableFile['format'], names: Iterable<string>, usualKeys: readonly string[] = []) {
    this.format = format
    this.names = [...new Set(names)]
    this.usualKeys = usualKeys
  }

  /**
   * The lines of a relation, with the JSON of the columns beside them. If a key occurs twice, the last value counts;
   * DuckDB would take the first.
   */
  extract(lines: string): string {
    const { names, usualKeys } = this
    if (names.length === 0) return lines
    const first = '"#maestro.first"'
    const present = names.map((_, index) => this.#member(first, index))
    const { areUnique, areExtracted } = keyConditions(names, present, usualKeys)
    const isCompact = isCompactLine(this.format, names, present, usualKeys)
    const values = `CASE WHEN ${this.isComplete} THEN ${first} WHEN ${areUnique} THEN ${first} ELSE ${this.#parse(`maestro_once(${lineColumn})`)} END`
    const columns = names.map(
      (name, index) => `${this.#defined(this.#member('"#maestro.values"', index))} AS ${this.json(name)}`,
    )
    const keys = (isKnown: string) =>
      `CASE WHEN ${isKnown} THEN NULL ELSE ${lineKeys(this.format)} END AS ${keysColumn}`
    const parsed = `(SELECT *, ${this.#parse(lineColumn)} AS ${first} FROM ${lines})`
    const compact = `(SELECT *, ${isCompact} AS "#maestro.compact" FROM ${parsed})`
    const keyed = `(SELECT *, ${keys('"#maestro.compact"')} FROM ${compact})`
    const complete = `(SELECT * EXCLUDE ("#maestro.compact"), CASE WHEN "#maestro.compact" THEN true ELSE ${areExtracted} END AS ${this.isComplete} FROM ${keyed})`
    const unique = `(SELECT * EXCLUDE (${first}, ${keysColumn}), ${values} AS "#maestro.values" FROM ${complete})`
    return `(SELECT * EXCLUDE ("#maestro.values"), ${columns.join(', ')} FROM ${unique})`
  }

  /** The column that holds the JSON of a column of the rows. */
  json(name: string): string {
    return `"#maestro.json${this.names.indexOf(name)}"`
  }

  #parse(text: string): string {
    // No name in a row contains half a character, which would end the query.
    const members = this.names.map((name) => `${JSON.stringify(name.toWellFormed())}:"JSON"`)
    const row = `{${members.join(',')}}`
    return `from_json(${text}, ${literal(this.format === 'rows' ? row : `{"row":${row}}`)})`
  }

  /** Members are taken by position, because SQL names ignore case. */
  #member(values: string, index: number): string {
    const row = this.format === 'rows' ? values : `struct_extract_at(${values}, 1)`
    return `struct_extract_at(${row}, ${index + 1})`
  }

  #defined(json: string): string {
    const text = `CAST(${json} AS VARCHAR)`
    return this.format === 'rows' ? text : `nullif(${text}, '{"$undefined":true}')`
  }
}
