import { type Batch, maestroError, type Row } from '@maestro-dataflow/core'
import { fsError } from './errors.js'
import type { FileFormat } from './format.js'

/** Turns rows into a file's text. */
export interface RowEncoder {
  /** @throws with the row's id; nothing of the batch is written then */
  encode(batch: Batch): string
  /** What a finished file still needs. */
  end(rows: number): string
}

/**
 * @param columns The columns of the header, where they are known beforehand.
 * @param only Whether rows are cut to these columns; else a row with another one is refused.
 */
export function createRowEncoder(
  format: FileFormat,
  path: string,
  columns: readonly string[] | undefined,
  only: boolean,
): RowEncoder {
  if (format === 'jsonl') return jsonlEncoder(only ? columns : undefined)
  return delimitedEncoder(path, columns, only, format === 'csv' ? ',' : '\t')
}

function jsonlEncoder(columns: readonly string[] | undefined): RowEncoder {
  return {
    encode({ rows, ids }) {
      let text = ''
      for (let index = 0; index < rows.length; index++)
        text += `${toJson(cut(rows[index] as Row, columns), ids[index] ?? '')}\n`
      return text
    },
    end: () => '',
  }
}

function delimitedEncoder(
  path: string,
  given: readonly string[] | undefined,
  only: boolean,
  delimiter: string,
): RowEncoder {
  let columns = given
  let begun = false
  const line = (cells: readonly string[]) => `${cells.map((cell) => quote(cell, delimiter)).join(delimiter)}\n`
  const header = () => {
    if (begun || columns === undefined) return ''
    begun = true
    return line(columns)
  }
  return {
    encode({ rows, ids }) {
      const names = columns ?? Object.keys(rows[0] ?? {})
      const known = new Set(names)
      const lines = rows.map((row, index) => {
        const late = only ? undefined : Object.keys(row).find((column) => !known.has(column))
        if (late !== undefined)
          throw fsError('MAESTRO_FS_COLUMN_LATE', { path, column: late }).at({ rowId: ids[index] })
        return line(names.map((column) => cellText(row[column], column, ids[index] ?? '')))
      })
      columns = names
      return header() + lines.join('')
    },
    end: () => header(),
  }
}

function cut(row: Row, columns: readonly string[] | undefined): Row {
  return columns === undefined
    ? row
    : Object.fromEntries(columns.filter((column) => Object.hasOwn(row, column)).map((column) => [column, row[column]]))
}

/** A row as JSON; bytes as base64, vectors as lists, integers beyond 2^53 with all their digits. */
function toJson(row: Row, rowId: string): string {
  for (const column in row)
    if (!isSafe(row[column])) return JSON.stringify(row, (key, value) => exact(key, value, rowId))
  return JSON.stringify(row)
}

function isSafe(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return value === null || typeof value === 'string' || typeof value === 'boolean'
}

function exact(column: string, value: unknown, rowId: string): unknown {
  const refuse = (type: string) => maestroError('MAESTRO_ROW_UNENCODABLE', { column, type }).at({ rowId })
  if (typeof value === 'bigint') return rawJson(value.toString())
  if (typeof value === 'number' && !Number.isFinite(value)) throw refuse(String(value))
  if (typeof value === 'function' || typeof value === 'symbol') throw refuse(typeof value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Float32Array) return Array.from(value)
  return value
}

function cellText(value: unknown, column: string, rowId: string): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return toJson({ [column]: value }, rowId).slice(JSON.stringify(column).length + 2, -1)
  return String(value)
}

function quote(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** A number's digits as they are. Node has it; TypeScript's own list of globals does not know it yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
