import { type Row, rowFromEntries } from '@maestro-dataflow/core'
import { rowToJson } from './json-value.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'

/** Writes one row per line. @param columns The columns to which rows are reduced. */
export function jsonlEncoder(columns: readonly string[] | undefined): RowEncoder {
  return {
    encode({ rows, ids }) {
      let text = ''
      for (let index = 0; index < rows.length; index++)
        text += `${rowToJson(cut(rows[index] as Row, columns), ids[index] ?? '')}\n`
      return text
    },
    end: () => '',
    state: () => ({}),
  }
}

/** Writes a list of rows, one per line. @param columns The columns to which rows are reduced. */
export function jsonEncoder(columns: readonly string[] | undefined, from: EncoderState = {}): RowEncoder {
  let { begun = false } = from
  return {
    encode({ rows, ids }) {
      if (rows.length === 0) return ''
      const lines = rows.map((row, index) => rowToJson(cut(row, columns), ids[index] ?? ''))
      const text = `${begun ? ',' : '['}\n${lines.join(',\n')}`
      begun = true
      return text
    },
    end: () => (begun ? '\n]\n' : '[]\n'),
    state: () => ({ begun }),
  }
}

function cut(row: Row, columns: readonly string[] | undefined): Row {
  return columns === undefined
    ? row
    : rowFromEntries(columns.filter((column) => Object.hasOwn(row, column)).map((column) => [column, row[column]]))
}
