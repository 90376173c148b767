import type { KnownColumns } from './column-values.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { Kind } from './kinds.js'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

const scalars: readonly Kind[] = ['string', 'number', 'integer', 'bigint', 'decimal', 'boolean']

/**
 * What is JSON for DuckDB, but not for JavaScript: a comma before a bracket, numbers such as nan and -Infinity, and
 * numbers that are too large, such as 1e400.
 */
const lax = '(?i)(,\\s*[}\\]]|[:\\[,]\\s*-?(nan|inf|[0-9.]+e\\+?0*[0-9]{3}|[0-9]{300}))'

/** The length in bytes of the shortest line that can be nested too deeply for a row. */
const deepBytes = 2000

/**
 * An SQL condition for whether a line that DuckDB has parsed is also JSON for JavaScript. JavaScript parses the lines
 * that look doubtful.
 *
 * A line whose values are all extracted, and of their types, cannot hold a lax number. If it holds no list or object
 * either, only its end can be lax.
 *
 * @param looked The columns whose values are of their types.
 */
export function isStrictJson(extracted: ExtractedColumns, looked: KnownColumns): string {
  const brackets = ['[', '{'].map((text) => `len(string_split(${lineColumn}, '${text}'))`).join(' + ')
  const isDeep = `CASE WHEN strlen(${lineColumn}) > ${deepBytes} THEN ${brackets} > ${deepBytes / 2} ELSE false END`
  const isLax = `regexp_matches(${lineColumn}, ${literal(lax)}) OR ${isDeep}`
  const isOdd =
    extracted.names.length === 0
      ? isLax
      : `CASE WHEN ${isPlain(extracted, looked)} THEN ${endsOddly()} ELSE ${isLax} END`
  return `CASE WHEN ${isOdd} THEN maestro_is_row(${lineColumn}) IS NOT NULL ELSE true END`
}

/** Whether a line holds only values that were extracted, and no list or object. */
function isPlain({ isComplete }: ExtractedColumns, looked: KnownColumns): string {
  if ([...looked.values()].every(({ kind }) => scalars.includes(kind))) return isComplete
  const isFlat = `NOT contains(${lineColumn}, '[') AND NOT contains(ltrim(${lineColumn}, '{'), '{')`
  return `(${isComplete} AND ${isFlat})`
}

function endsOddly(): string {
  const ends = [' ', '\t', '\r', ' }', '\t}', '\r}', ',}']
  return `(${ends.map((end) => `ends_with(${lineColumn}, ${literal(end)})`).join(' OR ')})`
}
