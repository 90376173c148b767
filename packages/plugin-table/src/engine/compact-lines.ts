import type { TableFile } from '@maestro-dataflow/core'
import { lineColumn } from './lines.js'

/**
 * An SQL condition for whether a line of bare rows holds the extracted values, each once, and not a single character more:
 * no other key, no key twice, no space, and no comma before the last bracket. Then its keys need not be looked at.
 *
 * The length of the line shows it. DuckDB writes an extracted text as short as JSON allows, so that a line is at least as
 * long as its keys, values, and punctuation. It writes a few numbers longer than they may be in the line, such as 1e9 as
 * 1000000000.0. A line with such a number, a list, or an object is not known to be compact.
 *
 * @param values The extracted values, which are NULL if there is none.
 * @param usual The keys of the first line.
 */
export function isCompactLine(
  format: TableFile['format'],
  names: readonly string[],
  values: readonly string[],
  usual: readonly string[],
): string {
  const isUsual = usual.length === names.length && usual.every((key) => names.includes(key))
  if (format !== 'rows' || !isUsual) return 'false'
  // The brackets, a colon for each member, and a comma between two of them.
  const punctuation = 2 + names.length + (names.length - 1)
  const keys = names.reduce((sum, name) => sum + Buffer.byteLength(JSON.stringify(name)), 0)
  const texts = values.map((value) => `CAST(${value} AS VARCHAR)`)
  const length = texts.map((text) => `strlen(${text})`).join(' + ')
  const isShort = texts.map((text) => `CASE WHEN ${isText(text)} THEN true ELSE ${isShortest(text)} END`)
  return `coalesce(strlen(${lineColumn}) = ${punctuation + keys} + ${length} AND ${isShort.join(' AND ')}, false)`
}

function isText(json: string): string {
  return `${json} >= '"' AND ${json} < '#'`
}

/**
 * Whether a line cannot hold a number, true, or false in fewer characters than DuckDB writes: not a number with an exponent,
 * such as 1.2e31, which may be 12e30 in the line, nor 0.001, which may be 1e-3, nor -Infinity.
 */
function isShortest(json: string): string {
  const odd = [
    ...['e', 'n'].map((text) => `contains(${json}, '${text}')`),
    `ends_with(${json}, '.0')`,
    ...['0.00', '-0.00'].map((text) => `starts_with(${json}, '${text}')`),
  ]
  return `(${json} IN ('true', 'false') OR (${json} < ':' AND NOT (${odd.join(' OR ')})))`
}
