import type { SortKey, TableStatement } from '@maestro-dataflow/core'
import type { ColumnValues } from './column-values.js'
import { positionColumn, rowText } from './lines.js'
import type { CheckedStatement } from './prepare-statement.js'
import { literal } from './sql-text.js'

/** What a query is made of. */
export interface QueryParts {
  readonly format: 'rows' | 'step'
  /** A relation of `#line` and, where a statement asks for it, `#position`; without blank lines. */
  readonly relation: string
  readonly values: ColumnValues
  readonly checked: CheckedStatement
  /** The text that is written for a row that stays. */
  readonly emit: string
}

/** The query of a statement: one column of text, in order. */
export function statementQuery(statement: TableStatement, parts: QueryParts): string {
  const { relation, emit } = parts
  switch (statement.kind) {
    case 'filter':
      return `SELECT ${emit} FROM ${withColumns(parts)} WHERE (${statement.where}\n)`
    case 'sort':
      return `SELECT ${emit} FROM ${relation} ORDER BY ${sortKeys(statement.by, parts.values)}, ${positionColumn}`
    case 'limit':
      return `SELECT ${emit} FROM ${relation} LIMIT ${statement.count} OFFSET ${statement.offset ?? 0}`
    case 'sample':
      return sampleQuery(statement, parts)
    case 'dedupe':
      return dedupeQuery(statement, parts)
    case 'aggregate':
      return aggregateQuery(statement, parts)
  }
}

/** The lines with the typed columns that the statement reads. */
export function withColumns({
  relation,
  values,
  checked,
}: Pick<QueryParts, 'relation' | 'values' | 'checked'>): string {
  return `(SELECT *${values.selection(checked.reads)} FROM ${relation})`
}

function sortKeys(by: readonly SortKey[], values: ColumnValues): string {
  return by
    .flatMap(({ column, descending = false, nulls = 'last' }) => {
      const direction = `${descending ? 'DESC' : 'ASC'} NULLS ${nulls === 'last' ? 'LAST' : 'FIRST'}`
      return values.sortKeys(column).map((key) => `${key} ${direction}`)
    })
    .join(', ')
}

/** Rows are chosen by a hash of their position and the seed: the same input gives the same sample, in any version. */
function sampleQuery(statement: Extract<TableStatement, { kind: 'sample' }>, { relation, emit }: QueryParts): string {
  const hash = `md5_number_lower(${literal(`${statement.seed}:`)} || ${positionColumn})`
  if ('fraction' in statement)
    return `SELECT ${emit} FROM ${relation} WHERE ${hash}::DOUBLE / 18446744073709551616 < ${statement.fraction}`
  const chosen = `SELECT ${positionColumn} FROM ${relation} ORDER BY ${hash}, ${positionColumn} LIMIT ${statement.count}`
  return `SELECT ${emit} FROM ${relation} WHERE ${positionColumn} IN (${chosen}) ORDER BY ${positionColumn}`
}

function dedupeQuery(
  { by, keep }: Extract<TableStatement, { kind: 'dedupe' }>,
  { relation, values, emit, format }: QueryParts,
): string {
  const keys = by.length === 0 ? rowText(format) : by.map((column) => values.json(column)).join(', ')
  const survivor = keep === 'first' ? 'min' : 'max'
  const kept = `SELECT ${survivor}(${positionColumn}) FROM ${relation} GROUP BY ${keys}`
  return `SELECT ${emit} FROM ${relation} WHERE ${positionColumn} IN (${kept}) ORDER BY ${positionColumn}`
}

/** Groups in the order in which they first appear, as lines of a step file; ids are made from the key. */
function aggregateQuery(
  { by, values: expressions }: Extract<TableStatement, { kind: 'aggregate' }>,
  parts: QueryParts,
): string {
  const { values, checked } = parts
  const keyNames = by.map((_, index) => `"#key${index}"`)
  const valueNames = Object.keys(expressions).map((_, index) => `"#value${index}"`)
  const keys = by.map((column, index) => `, ${values.json(column)} AS ${keyNames[index]}`).join('')
  const inner = `(SELECT *${keys} FROM ${withColumns(parts)})`
  const computed = Object.values(expressions).map((expression, index) => `, (${expression}\n) AS ${valueNames[index]}`)
  const group = keyNames.length === 0 ? '()' : keyNames.join(', ')
  const selected = [...keyNames, `min(${positionColumn}) AS "#first"`].join(', ')
  const grouped = `(SELECT ${selected}${computed.join('')} FROM ${inner} GROUP BY ${group})`
  const members = [
    ...by.map((column, index) => member(column, `${keyNames[index]}`)),
    ...Object.keys(expressions).map((name, index) =>
      member(name, valueJson(`${valueNames[index]}`, checked.valueTypes[name] ?? '')),
    ),
  ]
  const id = `to_json('group:[' || ${keyNames.length === 0 ? "''" : keyNames.join(` || ',' || `)} || ']')`
  return `SELECT '{"id":' || ${id} || ',"row":{' || ${members.join(` || ',' || `) || "''"} || '}}' FROM ${grouped} ORDER BY "#first"`
}

function member(name: string, json: string): string {
  return `${literal(`${JSON.stringify(name)}:`)} || ${json}`
}

const largestSafeInteger = 2 ** 53 - 1

/** A computed value as a step file holds it: what JSON lacks is tagged. */
function valueJson(value: string, sqlType: string): string {
  const json = `to_json(${value})::VARCHAR`
  return `CASE WHEN ${value} IS NULL THEN 'null' ELSE ${present()} END`

  function present(): string {
    if (/^(U?BIGINT|U?HUGEINT)$/.test(sqlType))
      return `CASE WHEN abs(${value}::HUGEINT) <= ${largestSafeInteger} THEN ${json} ELSE '{"$bigint":"' || ${value} || '"}' END`
    if (/^(DOUBLE|FLOAT)$/.test(sqlType)) {
      const name = `CASE WHEN isnan(${value}) THEN 'NaN' WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END`
      return `CASE WHEN isfinite(${value}) THEN ${json} ELSE '{"$number":"' || ${name} || '"}' END`
    }
    if (sqlType.startsWith('DECIMAL')) return `to_json(${value}::DOUBLE)::VARCHAR`
    if (/^(DATE|TIMESTAMP)/.test(sqlType))
      return `'{"$date":"' || strftime(${value}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ') || '"}'`
    return json
  }
}
