import type { Columns, ColumnType, Row } from '../../contracts/row.js'

/** The type of a value as a column type; null and undefined say nothing. */
export function columnTypeOf(value: unknown): ColumnType | undefined {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'number'
    case 'bigint':
      return 'bigint'
    case 'boolean':
      return 'boolean'
    case 'object':
      if (value === null) return undefined
      if (value instanceof Date) return 'date'
      if (value instanceof Float32Array) return 'vector'
      return value instanceof Uint8Array ? 'bytes' : 'json'
    default:
      return undefined
  }
}

/** Gathers the columns of rows that go by; a column whose values are of several types is `unknown`. */
export class ColumnInference {
  readonly #types = new Map<string, ColumnType | undefined>()

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const type = columnTypeOf(value)
        const known = this.#types.get(column)
        this.#types.set(
          column,
          known === undefined || type === undefined || known === type ? (known ?? type) : 'unknown',
        )
      }
    }
  }

  get columns(): Columns {
    return Object.fromEntries([...this.#types].map(([column, type]) => [column, type ?? 'unknown']))
  }
}
