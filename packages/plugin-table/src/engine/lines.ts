import type { TableFile } from '@maestro-dataflow/core'
import { literal } from './sql-text.js'

/** The column of the text of a row, and that of its position; names that no column of a user has. */
export const lineColumn = '"#line"'
export const positionColumn = '"#position"'

/** Rows as text that SQL can read: a relation with the column `#line`. */
export interface Lines {
  readonly format: TableFile['format']
  /** What stands after FROM. */
  readonly relation: string
}

/** The longest line that DuckDB's reader takes by itself; longer ones need a bigger buffer, which makes it slower. */
export const usualLineBytes = 2_000_000

/**
 * The lines of a file, read in parallel and in order. Blank lines are NULL. In a file of bare rows the first line that
 * cannot be an object ends the query with an error.
 *
 * @param longest Bytes of the longest line, where it is known to be longer than usual.
 */
export function readLines(file: TableFile, longest = 0): string {
  const size = longest < usualLineBytes ? '' : `, max_line_size=${longest + 1}`
  // No JSON text holds the character 1, so that each line is one cell.
  const text = `read_csv(${literal(file.path)}, columns={'line': 'VARCHAR'}, delim='\u0001', quote='', escape='', header=false, auto_detect=false${size})`
  if (file.format === 'step') return `(SELECT line AS ${lineColumn} FROM ${text})`
  const checked = `CASE WHEN line IS NULL OR starts_with(line, '{') THEN line ELSE error('no object') END`
  return `(SELECT ${checked} AS ${lineColumn} FROM ${text})`
}

/** What DuckDB takes for JSON and JavaScript does not; other spellings show where a value is used. */
const notJson = ['NaN', 'Infinity', ',}', ',]', ', }', ', ]']

/** Bytes of the shortest line that can be nested too deeply for a row. */
const deepBytes = 2000

/** Whether a line that DuckDB has parsed is JSON for JavaScript too: lines that do not look so are parsed by JavaScript. */
export function isStrictJson(): string {
  const looksWrong = notJson.map((text) => `contains(${lineColumn}, ${literal(text)})`).join(' OR ')
  const brackets = ['[', '{'].map((text) => `len(string_split(${lineColumn}, '${text}'))`).join(' + ')
  const isDeep = `CASE WHEN strlen(${lineColumn}) > ${deepBytes} THEN ${brackets} > ${deepBytes / 2} ELSE false END`
  return `CASE WHEN ${looksWrong} OR ${isDeep} THEN maestro_is_row(${lineColumn}) IS NOT NULL ELSE true END`
}

/** Ends the query for a line that is no JSON, or whose values are not of their types. */
export const unsoundLine = "error('a line is not as declared')"

/** Writes the one column of a query as lines, in order. */
export function writeLines(query: string, path: string): string {
  return `COPY (${query}) TO ${literal(path)} (FORMAT csv, HEADER false, DELIM '\u0001', QUOTE '', ESCAPE '', USE_TMP_FILE false)`
}

/**
 * The text of a row within its line of a step file. Where a source wrote it in a form that a step file cannot hold, the line
 * begins with that text.
 */
export function rowText(): string {
  // In the texts before it every quote is escaped, so that the first `,"row":` is the one.
  const start = `strpos(${lineColumn}, ',"row":')`
  const text = `substr(${lineColumn}, ${start} + 7, length(${lineColumn}) - ${start} - 7)`
  return `CASE WHEN starts_with(${lineColumn}, '{"text":') THEN ${lineColumn}->>'/text' ELSE ${text} END`
}
