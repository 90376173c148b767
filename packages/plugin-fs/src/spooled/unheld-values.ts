import {
  type Columns,
  columnNames,
  encodeStepLine,
  maestroError,
  onlyColumns,
  type RefusedRow,
  type Row,
  type RowId,
} from '@maestro-dataflow/core'
import { jsonFault } from '../json-value.js'
import { holdsJson, type Shape } from '../parquet/column-shape.js'
import { readSpoolBatches } from './read-spool.js'
import { RunningShapes, type Shapes } from './spool-shapes.js'
import { withWrittenFile } from './with-written-file.js'

/*
 * NaN and the infinities fit into columns of numbers. Whether a column is one is known when all rows are there: a column
 * of several types holds JSON, which lacks these numbers.
 */

/** Whether a value is or holds a number that JSON lacks. */
export function needsNumbers(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Float32Array) return !value.every(Number.isFinite)
  return !ArrayBuffer.isView(value) && Object.values(value).some(needsNumbers)
}

/**
 * The rows with values that their columns do not hold, out of those that were held back. Rows without an id are those of
 * an existing file, which stay: a new row is refused that makes a column of several types out of such a column.
 */
export async function unheldRows(spool: string, { shapes }: Shapes, types: Columns): Promise<readonly RefusedRow[]> {
  if (!Array.from(shapes.values()).some(holdsJson)) return []
  const refused: RefusedRow[] = []
  const staying = new Set<string>()
  for await (const { ids, rows } of readSpoolBatches(spool, 1024))
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      for (const [column, shape] of shapes) {
        const type = faultIn(shape, valueIn(row, column))
        if (type === undefined) continue
        if (id === '') staying.add(column)
        else refused.push(refusedRow(id, row, column, type))
        break
      }
    }
  return staying.size === 0 ? refused : mixingRows(spool, staying, types)
}

/** The new rows that make a column of several types out of one of these columns, in which numbers of the file need one. */
async function mixingRows(spool: string, names: ReadonlySet<string>, types: Columns): Promise<readonly RefusedRow[]> {
  const before = new RunningShapes([...names], types)
  const refused: RefusedRow[] = []
  for await (const { ids, rows } of readSpoolBatches(spool, 1024))
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      const values = onlyColumns(row, names)
      const mixed = id === '' ? undefined : columnNames(values).find((name) => before.mixes(name, values[name]))
      if (mixed === undefined) before.add(values)
      else refused.push(refusedRow(id, row, mixed, 'value beside which the NaN or infinity of the file cannot stay'))
    }
  return refused
}

const valueIn = (row: Row, column: string) => (Object.hasOwn(row, column) ? row[column] : null)

const refusedRow = (id: RowId, row: Row, column: string, type: string): RefusedRow => ({
  ...{ id, row },
  error: maestroError('MAESTRO_ROW_UNENCODABLE', { column, type }).at({ rowId: id }),
})

/** Does something with the rows that were held back, without some of them. */
export function withoutRows<Result>(
  spool: string,
  left: ReadonlySet<RowId>,
  work: (kept: string) => Promise<Result>,
): Promise<Result> {
  return withWrittenFile(
    `${spool}.kept`,
    async (file) => {
      for await (const { ids, rows } of readSpoolBatches(spool, 1024)) {
        const lines = rows.map((row, index) => ({ id: ids[index] ?? '', row })).filter(({ id }) => !left.has(id))
        await file.appendFile(lines.map(({ id, row }) => `${encodeStepLine(id, row)}\n`).join(''))
      }
    },
    work,
  )
}

function faultIn(shape: Shape, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (shape.kind === 'mixed') return jsonFault(value)
  if (shape.kind === 'list') return first(value as readonly unknown[], (item) => faultIn(shape.item, item))
  if (shape.kind !== 'object') return undefined
  const members = value as Readonly<Record<string, unknown>>
  return first([...shape.members], ([name, member]) =>
    faultIn(member, Object.hasOwn(members, name) ? members[name] : null),
  )
}

function first<Item>(items: readonly Item[], fault: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}
