import {
  type Columns,
  encodeStepLine,
  MaestroError,
  maestroError,
  type Row,
  type RowId,
  rowFromEntries,
} from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { RowEncoder } from '../row-encoder.js'
import type { RunningShapes } from './spool-shapes.js'
import { needsNumbers } from './unheld-values.js'

/**
 * Holds rows back as lines that keep every value, for formats that must know all rows before they write the first: the
 * type of a column follows from its values. Rows with values that no such format can represent are refused at once.
 *
 * @param columns The only columns that are written. @param known The columns of a closed table, which rows may not exceed.
 * @param types What the plan knows of the columns.
 * @param check What a value is that this format cannot represent. @param shapes Gets the rows that are held back.
 */
export function spoolEncoder(
  path: string,
  columns: readonly string[] | undefined,
  known: Columns | undefined,
  check: (value: unknown, name: string) => string | undefined = () => undefined,
  shapes?: RunningShapes,
  types: Columns = {},
): RowEncoder {
  const isNumber = (name: string) => Object.hasOwn(types, name) && types[name] === 'number'
  let isUnsure = false
  return {
    encode({ ids, rows }) {
      let text = ''
      const held: Row[] = []
      for (const [index, row] of rows.entries()) {
        const id = ids[index] ?? ''
        const late = known === undefined ? undefined : Object.keys(row).find((name) => !Object.hasOwn(known, name))
        if (late !== undefined && columns === undefined)
          throw fsError('MAESTRO_FS_COLUMN_LATE', { path, column: late }).at({ rowId: id })
        const kept = columns === undefined ? row : pick(row, columns)
        // It refuses values that are nested too deep for the checks below.
        const line = lineOf(id, kept)
        for (const name of Object.keys(kept)) {
          const fault = faultOf(kept[name]) ?? check(kept[name], name)
          if (fault !== undefined)
            throw maestroError('MAESTRO_ROW_UNENCODABLE', { column: name, type: fault }).at({ rowId: id })
          isUnsure ||= !isNumber(name) && needsNumbers(kept[name])
        }
        text += `${line}\n`
        held.push(kept)
      }
      if (shapes !== undefined) for (const row of held) shapes.add(row)
      return text
    },
    end: () => '',
    // A resumed run could not refuse a row of an earlier process any more.
    state: () => (isUnsure ? undefined : {}),
    isUnsure: () => isUnsure,
    shapes: () => shapes,
  }
}

function lineOf(id: RowId, row: Row): string {
  try {
    return encodeStepLine(id, row)
  } catch (error) {
    throw MaestroError.is(error, 'MAESTRO_ROW_UNENCODABLE') ? error.at({ rowId: id }) : error
  }
}

function pick(row: Row, columns: readonly string[]): Row {
  return rowFromEntries(columns.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]))
}

/** What a value is that cannot be written; undefined if it can. */
function faultOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'text with half a character in it'
    case 'function':
    case 'symbol':
      return typeof value
    case 'object':
      break
    default:
      return undefined
  }
  if (value === null || ArrayBuffer.isView(value)) return undefined
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'date that is none' : undefined
  for (const member of Object.values(value)) {
    const fault = faultOf(member)
    if (fault !== undefined) return fault
  }
  return undefined
}
