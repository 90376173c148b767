import type { TableFile } from '@maestro-dataflow/core'
import type { KnownColumns } from './column-values.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { Kind } from './kinds.js'

/**
 * An SQL condition for whether the values of columns are of their types, because nothing has checked the lines of a
 * source yet. It is undefined if there is nothing to check.
 */
export function fittingValues(columns: KnownColumns, extracted: ExtractedColumns): string | undefined {
  const conditions = [...columns].flatMap(([name, { kind }]) => {
    const json = extracted.json(name)
    const condition = fits(json, kind, extracted.format)
    return condition === undefined ? [] : [`(${json} IS NULL OR ${condition})`]
  })
  return conditions.length === 0 ? undefined : conditions.join(' AND ')
}

function fits(json: string, kind: Kind, format: TableFile['format']): string | undefined {
  // The first characters decide: a digit, or "-" and a digit; a quote.
  const isNumber = `((${json} >= '0' AND ${json} < ':') OR (${json} >= '-0' AND ${json} < '-:'))`
  const isFraction = `(contains(${json}, '.') OR contains(lower(${json}), 'e'))`
  const isText = `(${json} >= '"' AND ${json} < '#')`
  const isTagged = (tag: string) => (format === 'step' ? `starts_with(${json}, '{"${tag}":')` : 'false')
  switch (kind) {
    case 'string':
    case 'decimal':
      return isText
    case 'boolean':
      return `${json} IN ('true', 'false')`
    case 'number': {
      const isExact = `CAST(CAST(CAST(${json} AS DOUBLE) AS BIGNUM) AS VARCHAR) = ${json}`
      return `CASE WHEN NOT ${isNumber} THEN ${isTagged('$number')} WHEN strlen(${json}) <= 15 THEN true ELSE ${isFraction} OR ${isExact} END`
    }
    case 'integer': {
      const number = `CAST(${json} AS DOUBLE)`
      const isWhole = `${number} = trunc(${number}) AND abs(${number}) <= ${Number.MAX_SAFE_INTEGER}`
      return `CASE WHEN NOT ${isNumber} THEN false WHEN strlen(${json}) <= 15 AND NOT ${isFraction} THEN true ELSE ${isWhole} END`
    }
    case 'bigint':
      return `(${isTagged('$bigint')} OR (${isNumber} AND NOT ${isFraction}))`
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
