import { numbersOf } from '../../contracts/numbered-ids.js'
import type { RowId } from '../../contracts/row.js'
import type { SourceBatch } from '../../contracts/source.js'
import { maestroError } from '../../errors/error-table.js'
import type { SeenIds } from './seen-ids.js'

/** The batch, with the rows whose ids have come before among its rejected rows. */
export function withUniqueIds(batch: SourceBatch, seen: SeenIds): SourceBatch {
  const { ids, rows, rejects = [] } = batch
  const again = repeatedAt(ids, seen)
  if (again === undefined) return batch
  const isFirst = (_: unknown, index: number) => !again.has(index)
  const repeated = Array.from(again, (index, earlier) => {
    const id = ids[index] as string
    const error = maestroError('MAESTRO_RUN_DUPLICATE_ID', { value: id })
    return { id, row: rows[index], error, after: index - earlier }
  })
  return { ...batch, ids: ids.filter(isFirst), rows: rows.filter(isFirst), rejects: [...rejects, ...repeated] }
}

/** The positions of the ids that have come before; undefined if there are none. */
function repeatedAt(ids: readonly RowId[], seen: SeenIds): ReadonlySet<number> | undefined {
  const numbers = numbersOf(ids)
  if (numbers !== undefined && seen.addNumbers(numbers, ids.length)) return undefined
  let again: Set<number> | undefined
  // A loop by index, because this runs for every row of every source.
  for (let index = 0; index < ids.length; index++) {
    if (seen.add(ids[index] as RowId)) continue
    again ??= new Set()
    again.add(index)
  }
  return again
}
