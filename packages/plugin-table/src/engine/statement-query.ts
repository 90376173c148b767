import { columnNames, type SortKey, type TableStatement } from '@maestro-dataflow/core'
import type { ComputedValue } from './checked-statement.js'
import type { ColumnValues } from './column-values.js'
import { positionColumn } from './lines.js'
import { type QueryParts, withColumns } from './query-parts.js'
import { literal } from './sql-text.js'
import { valueJson } from './value-json.js'
import { windowQuery } from './window-query.js'

/**
 * The query of a statement that orders rows, makes rows, or adds columns: one column of text, in order. An aggregate may
 * also give the JSON of some columns beside it.
 */
export function statementQuery(
  statement: Extract<TableStatement, { kind: 'sort' | 'aggregate' | 'window' }>,
  parts: QueryParts,
): string {
  if (statement.kind === 'window') return windowQuery(statement, parts)
  if (statement.kind === 'aggregate') return aggregateQuery(statement, parts)
  const { relation, emit, values } = parts
  return `SELECT ${emit} FROM ${relation} ORDER BY ${sortKeys(statement.by, values)}, ${positionColumn}`
}

/** The keys of a sort, in SQL. */
export function sortKeys(by: readonly SortKey[], values: ColumnValues): string {
  return by
    .flatMap(({ column, descending = false, nulls = 'last' }) =>
      values.sortKeys(column).map(({ sql, directed }) => {
        const direction = directed && descending ? 'DESC' : 'ASC'
        return `${sql} ${direction} NULLS ${nulls === 'last' ? 'LAST' : 'FIRST'}`
      }),
    )
    .join(', ')
}

/**
 * Returns groups in the order in which they first appear, as lines of a step file. The key values of a group are those
 * of its first row, and its id is made from them.
 */
function aggregateQuery({ by }: Extract<TableStatement, { kind: 'aggregate' }>, parts: QueryParts): string {
  const { values, checked, beside = [] } = parts
  const computed = columnNames(checked.values).map((name) => [name, checked.values[name] as ComputedValue] as const)
  const keys = by.map((column, index) => `, ${values.key(column)} AS "#maestro.key${index}"`)
  const inner = `(SELECT *${keys.join('')} FROM ${withColumns(parts)})`
  const selected = [
    `min(${positionColumn}) AS "#maestro.first"`,
    ...by.map((column, index) => `arg_min_null(${values.json(column)}, ${positionColumn}) AS "#maestro.first${index}"`),
    ...computed.map(([, value], index) => `${computedSql(value, values)} AS "#maestro.value${index}"`),
  ]
  const group = by.length === 0 ? '()' : by.map((_, index) => `"#maestro.key${index}"`).join(', ')
  const grouped = `(SELECT ${selected.join(', ')} FROM ${inner} GROUP BY ${group})`
  const firsts = by.map((column, index) => `coalesce(${values.canonical(column, `"#maestro.first${index}"`)}, 'null')`)
  const named = `(SELECT *${firsts.map((sql, index) => `, ${sql} AS "#maestro.named${index}"`).join('')} FROM ${grouped})`
  const names = by.map((_, index) => `"#maestro.named${index}"`)
  const members = [
    ...by.map((column, index) => [column, `${names[index]}`] as const),
    ...computed.map(([name, value], index) => [name, computedJson(`"#maestro.value${index}"`, value, values)] as const),
  ]
  const jsonAt = (index: number) => `"#maestro.member${index}"`
  const made = `(SELECT *${members.map(([, json], index) => `, ${json} AS ${jsonAt(index)}`).join('')} FROM ${named})`
  const row = members.map(([name], index) => member(name, jsonAt(index))).join(` || ',' || `)
  const columns = beside.map((column) => {
    const index = members.findIndex(([name]) => name === column)
    return index === -1 ? ', NULL' : `, nullif(${jsonAt(index)}, 'null')`
  })
  const id = `CAST(to_json('group:[' || ${names.length === 0 ? "''" : names.join(` || ',' || `)} || ']') AS VARCHAR)`
  return `SELECT '{"id":' || ${id} || ',"row":{' || ${row || "''"} || '}}'${columns.join('')} FROM ${made} ORDER BY "#maestro.first"`
}

/** A value of a group. The first of several equal extremes counts. */
function computedSql({ expression, extreme }: ComputedValue, values: ColumnValues): string {
  if (extreme === undefined) return `(${expression}\n)`
  const { column, filter } = extreme
  const where = filter === undefined ? '' : ` FILTER (WHERE ${filter})`
  return `${extreme.function}(${values.json(column)}, ${values.key(column)} ORDER BY ${positionColumn})${where}`
}

function computedJson(value: string, { sqlType, keepsDecimals, extreme }: ComputedValue, values: ColumnValues): string {
  if (extreme === undefined) return valueJson(value, sqlType, keepsDecimals)
  return `coalesce(${values.canonical(extreme.column, value)}, 'null')`
}

function member(name: string, json: string): string {
  return `${literal(`${JSON.stringify(name)}:`)} || ${json}`
}
