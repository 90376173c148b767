import type { Columns, ColumnType, Row } from '@maestro-dataflow/core'

/** The columns of rows, with types by their values. A column without a value in any of them is unknown. */
export function inferColumns(rows: readonly Row[], known: Columns): Columns {
  const types = new Map<string, ColumnType>(Object.entries(known))
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value === undefined || (Object.hasOwn(known, name) && known[name] !== 'unknown')) continue
      const before = types.get(name) ?? 'unknown'
      types.set(name, value === null ? before : together(before, typeOf(value)))
    }
  }
  return Object.fromEntries(types)
}

function together(before: ColumnType, type: ColumnType): ColumnType {
  if (before === 'unknown' || before === type) return type
  // Lists of numbers may be vectors of another step, and all that JSON can say goes into JSON.
  return 'json'
}

/** The type of the column that a value alone would ask for. Numbers may have a fraction in the next row. */
function typeOf(value: unknown): ColumnType {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'number'
    case 'bigint':
      return 'bigint'
    case 'boolean':
      return 'boolean'
    default:
      if (value instanceof Date) return 'date'
      if (value instanceof Float32Array) return 'vector'
      return value instanceof Uint8Array ? 'bytes' : 'json'
  }
}
