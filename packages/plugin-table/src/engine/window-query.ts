import type { WindowStatement } from '@maestro-dataflow/core'
import { lineKeys } from './line-keys.js'
import { lineColumn, positionColumn } from './lines.js'
import { type QueryParts, withColumns } from './query-parts.js'
import { literal } from './sql-text.js'
import { valueJson } from './value-json.js'
import { orderColumns, partitionColumn } from './window-expression.js'

/** The lines of a step file with further columns, in their order. */
export function windowQuery({ by, orderBy }: WindowStatement, parts: QueryParts): string {
  const { values, checked, emit, format, columns } = parts
  const keys = by.map((column, index) => `, ${values.key(column)} AS ${partitionColumn(index)}`)
  const order = orderBy.map(({ column }, index) => {
    const all = values.sortKeys(column)
    const [late, key] = orderColumns(index)
    const flag = all.find(({ directed }) => !directed)?.sql ?? 'false'
    return `, ${flag} AS ${late}, ${all.find(({ directed }) => directed)?.sql ?? 'NULL'} AS ${key}`
  })
  const rows = `(SELECT *${keys.join('')}${order.join('')} FROM ${withColumns(parts)})`
  const computed = Object.entries(checked.values)
  const results = computed.map(([, { expression }], index) => `, (${expression}\n) AS "#maestro.value${index}"`)
  const members = computed.map(([name, { sqlType, keepsDecimals }], index) => {
    const json = valueJson(`"#maestro.value${index}"`, sqlType, keepsDecimals)
    return `${literal(`${JSON.stringify(name)}:`)} || ${json}`
  })
  const added = members.join(` || ',' || `)
  // A row that has a column of such a name is written anew, as is one without any column.
  const names = computed.map(([name]) => literal(name))
  const isNew = columns.open ? `NOT list_has_any(${lineKeys(format)}, [${names.join(', ')}])` : 'true'
  const isPlain = `ends_with("#maestro.text", '}}') AND NOT ends_with(rtrim(left("#maestro.text", -2), ' ' || chr(9) || chr(13)), '{') AND NOT starts_with("#maestro.text", '{"text":') AND ${isNew}`
  const text = `CASE WHEN ${isPlain} THEN left("#maestro.text", -2) || ',' || "#maestro.added" || '}}' ELSE maestro_with("#maestro.text" || chr(10) || '{' || "#maestro.added" || '}') END`
  const lines = `(SELECT ${lineColumn}, ${positionColumn}${results.join('')} FROM ${rows})`
  return `SELECT ${text} FROM (SELECT ${lineColumn}, ${positionColumn}, ${emit} AS "#maestro.text", ${added} AS "#maestro.added" FROM ${lines}) ORDER BY ${positionColumn}`
}
