import { columnNames, type Row } from '@maestro-dataflow/core'

/** Rows as lines of JSON in a form that no writer of ours has: blank lines, blanks, escapes, numbers with exponents. */
export function linesOf(rows: readonly Row[]): string {
  return rows.map((row, index) => `${rowText(row)}\n${index % 3 === 1 ? '\n \n' : ''}`).join('')
}

function rowText(row: Row): string {
  const members = columnNames(row).map((name) => `${jsonText(name)} : ${jsonText(row[name])}`)
  return `{${members.join(' , ')} }`
}

function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('é', '\\u00e9').replaceAll('a', '\\u0061')
  if (Array.isArray(value)) return `[ ${value.map(jsonText).join(' , ')} ]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${jsonText(name)}: ${jsonText(member)}`)
  return `{ ${members.toReversed().join(',')}}`
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value % 2 === 0 ? `${value}.0` : `${value}e0`
  return value.toExponential()
}
