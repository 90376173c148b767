import type { TableFile } from '@maestro-dataflow/core'
import type { KnownColumns } from './column-values.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { Kind } from './kinds.js'

/**
 * An SQL condition for whether the values of columns are of their types, because nothing has checked the lines of a
 * source yet. It is undefined if there is nothing to check.
 *
 * @param forStep Whether the lines become those of a step file, in which a whole number beyond 2^53 is a big integer,
 *   and any other is a number.
 */
export function fittingValues(
  columns: KnownColumns,
  extracted: ExtractedColumns,
  forStep: boolean,
): string | undefined {
  const conditions = [...columns].flatMap(([name, { kind }]) => {
    const json = extracted.json(name)
    const condition = fits(json, kind, extracted.format, forStep)
    return condition === undefined ? [] : [`(${json} IS NULL OR ${condition})`]
  })
  return conditions.length === 0 ? undefined : conditions.join(' AND ')
}

function fits(json: string, kind: Kind, format: TableFile['format'], forStep: boolean): string | undefined {
  // The first characters decide: a digit, or "-" and a digit; a quote.
  const isNumber = `((${json} >= '0' AND ${json} < ':') OR (${json} >= '-0' AND ${json} < '-:'))`
  const hasExponent = `(contains(${json}, 'e') OR contains(${json}, 'E'))`
  const isFraction = `(contains(${json}, '.') OR ${hasExponent})`
  const isText = `(${json} >= '"' AND ${json} < '#')`
  const isTagged = (tag: string) => (format === 'step' ? `starts_with(${json}, '{"${tag}":')` : 'false')
  const isSafe = (number: string) => `abs(${number}) <= ${Number.MAX_SAFE_INTEGER}`
  switch (kind) {
    case 'string':
    case 'decimal':
      return isText
    case 'boolean':
      return `${json} IN ('true', 'false')`
    case 'number': {
      const number = `TRY_CAST(${json} AS DOUBLE)`
      const isExact = forStep ? isSafe(number) : `CAST(CAST(${number} AS BIGNUM) AS VARCHAR) = ${json}`
      // 1e400 is too large for a number.
      const isKept = `isfinite(${number}) AND (${isFraction} OR ${isExact})`
      return `CASE WHEN NOT ${isNumber} THEN ${isTagged('$number')} WHEN strlen(${json}) <= 15 AND NOT ${hasExponent} THEN true ELSE ${isKept} END`
    }
    case 'integer': {
      const number = `TRY_CAST(${json} AS DOUBLE)`
      const isWhole = `${number} = trunc(${number}) AND ${isSafe(number)}`
      return `CASE WHEN NOT ${isNumber} THEN false WHEN strlen(${json}) <= 15 AND NOT ${isFraction} THEN true ELSE ${isWhole} END`
    }
    case 'bigint':
      return forStep ? isTagged('$bigint') : `(${isTagged('$bigint')} OR (${isNumber} AND NOT ${isFraction}))`
    case 'date':
      return `starts_with(${json}, '{"$date":"')`
    case 'bytes':
    case 'vector':
      return isTagged(`$${kind}`)
    default:
      // DuckDB accepts words such as nan and inf as numbers.
      return format === 'step'
        ? undefined
        : `(${isNumber} OR ${isText} OR ${json} >= '[' AND ${json} < '\\' OR ${json} >= '{' OR ${json} IN ('true', 'false'))`
  }
}
