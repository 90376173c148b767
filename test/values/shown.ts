import { columnNames, type Row } from '@maestro-dataflow/core'

/** Rows as text, to be compared: their columns in order, and each value so that no other has the same text. */
export function shown(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => `{${columnNames(row).map((name) => `${JSON.stringify(name)}:${show(row[name])}`)}}`)
}

export function show(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  // A whole number of JSON that is small comes as a number.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? String(value) : `${value}n`
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Date) return `date ${value.getTime()}`
  if (value instanceof Float32Array) return `vector ${Array.from(value, show).join()}`
  if (value instanceof Uint8Array) return `bytes ${Array.from(value).join()}`
  if (Array.isArray(value)) return `[${value.map(show).join()}]`
  if (typeof value !== 'object') return String(value)
  // The order of the members of an object does not count.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${show(member)}`).join()}}`
}
