import type { Columns, ColumnType, Row } from '@maestro-dataflow/core'
import { oddTexts } from './odd-values.js'

const numbers = [0, -0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]

const oddValues: Readonly<Partial<Record<ColumnType, readonly unknown[]>>> = {
  string: oddTexts,
  integer: numbers,
  number: [...numbers, 0.1, 1 / 3, 1234.123456789012, 1e300, -1e-300],
  bigint: [0n, -1n, 2n ** 53n + 1n, 2n ** 70n],
  decimal: ['0', '-0.50', '123456789012345678901234567890.5'],
  boolean: [true, false],
  bytes: [new Uint8Array(0), new Uint8Array([0, 128, 255])],
  date: [new Date(0), new Date('2024-02-29T23:59:59.999Z'), new Date('1969-12-31T00:00:00Z')],
}

/** A row with an unusual value in one cell, for each cell and each unusual value of its type. */
export function oddRows(columns: Columns, row: Row): readonly Row[] {
  return Object.entries(columns).flatMap(([column, type]) => {
    const { [column]: value, ...without } = row
    const list = Array.isArray(value) ? [[]] : []
    const values = [null, undefined, ...list, ...(oddValues[type] ?? [])]
    return [without, ...values.map((odd) => ({ ...row, [column]: odd }))]
  })
}
