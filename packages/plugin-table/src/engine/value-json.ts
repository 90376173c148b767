const largestSafeInteger = 2 ** 53 - 1

/**
 * A computed value as a step file holds it, in SQL. Values that JSON lacks are tagged.
 *
 * @param sqlType The type of the value, as DuckDB names it.
 * @param keepsDecimals Whether a decimal number is text with all its digits, because it came from a column. Otherwise
 *   it is a number.
 */
export function valueJson(value: string, sqlType: string, keepsDecimals: boolean): string {
  return `CASE WHEN ${value} IS NULL THEN 'null' ELSE ${presentJson(value, sqlType, keepsDecimals)} END`
}

function presentJson(value: string, sqlType: string, keepsDecimals: boolean): string {
  const json = `CAST(to_json(${value}) AS VARCHAR)`
  if (sqlType === 'FLOAT[]') return `maestro_vector(${json})`
  if (sqlType.endsWith(']')) {
    const item = valueJson('item', sqlType.replace(/\[\d*\]$/, ''), keepsDecimals)
    return `'[' || array_to_string(list_transform(${value}, lambda item: ${item}), ',') || ']'`
  }
  if (/^(U?BIGINT|U?HUGEINT)$/.test(sqlType))
    return `CASE WHEN ${value} BETWEEN -${largestSafeInteger} AND ${largestSafeInteger} THEN ${json} ELSE '{"$bigint":"' || ${value} || '"}' END`
  if (sqlType === 'BIGNUM') return `'{"$bigint":"' || ${value} || '"}'`
  if (/^(DOUBLE|FLOAT)$/.test(sqlType)) {
    const name = `CASE WHEN isnan(${value}) THEN 'NaN' WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END`
    const large = `abs(${value}) > ${largestSafeInteger} AND ${value} = trunc(${value})`
    // Numbers are written as JavaScript writes them: 6 and not 6.0.
    const whole = `${value} = trunc(${value}) AND (${value} <> 0 OR NOT signbit(${value}))`
    return `CASE WHEN NOT isfinite(${value}) THEN '{"$number":"' || ${name} || '"}' WHEN ${large} THEN '{"$number":"' || ${value} || '"}' WHEN ${whole} THEN CAST(CAST(${value} AS BIGINT) AS VARCHAR) ELSE ${json} END`
  }
  // A number has only the digits that it needs, not as many as the longest one in its column.
  if (sqlType.startsWith('DECIMAL') && keepsDecimals) return `'"' || maestro_text(${value}) || '"'`
  if (sqlType.startsWith('DECIMAL')) return presentJson(`CAST(${value} AS DOUBLE)`, 'DOUBLE', false)
  if (/^(DATE|TIMESTAMP)/.test(sqlType))
    return `'{"$date":"' || strftime(CAST(${value} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ') || '"}'`
  if (sqlType === 'BLOB') return `'{"$bytes":"' || to_base64(${value}) || '"}'`
  return /^(JSON|STRUCT|MAP|UNION|VARIANT)/.test(sqlType) ? nestedJson(json) : json
}

/** JSON in which an object may look like a tag, or a number may be one that JSON lacks. */
function nestedJson(json: string): string {
  const isRare = ['$', '\\u0024', 'NaN', 'Infinity'].map((text) => `contains(${json}, '${text}')`).join(' OR ')
  return `CASE WHEN ${isRare} THEN maestro_nested(${json}) ELSE ${json} END`
}
