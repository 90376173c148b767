import { encodeStepLine, maestroError, type RefusedRow, type RowId } from '@maestro-dataflow/core'
import { jsonFault } from '../json-value.js'
import type { Shape } from '../parquet/column-shape.js'
import { readSpoolBatches } from './read-spool.js'
import type { Shapes } from './spool-shapes.js'
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

/** The rows with values that their columns do not hold, out of those that were held back. */
export async function unheldRows(spool: string, { shapes }: Shapes): Promise<readonly RefusedRow[]> {
  if (!Array.from(shapes.values()).some(holdsJson)) return []
  const refused: RefusedRow[] = []
  for await (const { ids, rows } of readSpoolBatches(spool, 1024))
    for (const [index, row] of rows.entries()) {
      const id = ids[index] ?? ''
      for (const [column, shape] of shapes) {
        const type = faultIn(shape, Object.hasOwn(row, column) ? row[column] : null)
        if (type === undefined) continue
        refused.push({ id, row, error: maestroError('MAESTRO_ROW_UNENCODABLE', { column, type }).at({ rowId: id }) })
        break
      }
    }
  return refused
}

/** Does something with the rows that were held back, without some of them. */
export async function withoutRows(
  spool: string,
  left: ReadonlySet<RowId>,
  work: (kept: string) => Promise<void>,
): Promise<void> {
  await withWrittenFile(
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

/** Whether a column holds JSON, at least in a part of its values. */
function holdsJson(shape: Shape): boolean {
  if (shape.kind === 'list') return holdsJson(shape.item)
  return shape.kind === 'mixed' || (shape.kind === 'object' && Array.from(shape.members.values()).some(holdsJson))
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
