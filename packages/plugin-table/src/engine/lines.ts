import type { TableFile } from '@maestro-dataflow/core'
import { filePath, literal } from './sql-text.js'

/** The column of the text of a row and that of its position. No user's column has such a name. */
export const lineColumn = '"#maestro.line"'
export const positionColumn = '"#maestro.position"'

/** Rows as text that SQL can read: a relation with the column `#maestro.line`. */
export interface Lines {
  readonly format: TableFile['format']
  /** The SQL after FROM. */
  readonly relation: string
}

/** The longest line that DuckDB's reader accepts by default. Longer lines need a bigger buffer, which is slower. */
export const usualLineBytes = 2_000_000

/**
 * The lines of a file, read in parallel and in order. Blank lines are NULL. In a file of bare rows, the first line that
 * cannot be an object ends the query with an error.
 *
 * @param longest The length of the longest line in bytes, if it is known to exceed the default.
 */
export function readLines(file: TableFile, longest = 0): string {
  const size = longest < usualLineBytes ? '' : `, max_line_size=${longest + 1}`
  // JSON text never contains the character U+0001, so each line is one cell.
  const text = `read_csv(${filePath(file.path)}, columns={'line': 'VARCHAR'}, delim='\u0001', quote='', escape='', header=false, auto_detect=false${size})`
  if (file.format === 'step') return `(SELECT line AS ${lineColumn} FROM ${text})`
  const checked = `CASE WHEN line IS NULL OR starts_with(line, '{') THEN line ELSE error('no object') END`
  return `(SELECT ${checked} AS ${lineColumn} FROM ${text})`
}

/** Ends the query at a line that is not JSON, or whose values are not of their types. */
export const unsoundLine = "error('a line is not as declared')"

/** Writes the only column of a query as lines, in order. */
export function writeLines(query: string, path: string): string {
  return `COPY (${query}) TO ${literal(path)} (FORMAT csv, HEADER false, DELIM '\u0001', QUOTE '', ESCAPE '', USE_TMP_FILE false)`
}

/**
 * The text of a row within its line of a step file. If the source wrote the row in a form that a step file cannot hold,
 * the line begins with that text.
 */
export function rowText(): string {
  // In the texts before it, every quote is escaped. The first `,"row":` is therefore the right one.
  const start = `strpos(${lineColumn}, ',"row":')`
  const text = `substr(${lineColumn}, ${start} + 7, length(${lineColumn}) - ${start} - 7)`
  return `CASE WHEN starts_with(${lineColumn}, '{"text":') THEN ${lineColumn}->>'/text' ELSE ${text} END`
}
