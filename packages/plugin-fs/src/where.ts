import {
  type Columns,
  conditionColumns,
  conditionFault,
  MaestroError,
  matchingData,
  type SourceBatch,
  type SourceReject,
} from '@maestro-dataflow/core'
import { arrowColumns } from './arrow/read-arrow.js'
import { fsError } from './errors.js'
import { isDelimited } from './format.js'
import type { FoundFile } from './found-file.js'
import type { ReadOptions } from './options.js'
import { parquetColumns } from './parquet/read-parquet.js'

/** The conditions on rows: which types their columns have, and which rows match. */

/** The declared types, and those that the file states. */
export async function knownTypes(file: FoundFile, declared: Columns): Promise<Columns> {
  const describe = file.format === 'parquet' ? parquetColumns : file.format === 'arrow' ? arrowColumns : undefined
  return describe === undefined ? declared : { ...(await describe([file], undefined)).columns, ...declared }
}

/** Checks that the columns of a file have types that the conditions compare with. @throws MAESTRO_FS_WHERE */
export async function checkWhere(file: FoundFile, { where, columns }: ReadOptions): Promise<void> {
  if (where === undefined) return
  const declared: Columns = columns === undefined || Array.isArray(columns) ? {} : columns
  const stated = file.partition ?? {}
  const names = (conditionColumns(where) ?? []).filter((name) => !Object.hasOwn(stated, name))
  const cells = isDelimited(file.format) ? Object.fromEntries(names.map((name) => [name, 'string'] as const)) : {}
  const reason = conditionFault(where, { ...cells, ...(await knownTypes(file, declared)) })
  if (reason !== undefined) throw fsError('MAESTRO_FS_WHERE', { path: file.name, reason })
}

/**
 * Leaves out the rows that do not match, and rejects those with a value that has no order with a bound. The records that
 * are left out count for the numbers of the others.
 */
export async function* matchingRows(
  batches: AsyncIterable<SourceBatch>,
  where: NonNullable<ReadOptions['where']>,
  types: Columns,
): AsyncGenerator<SourceBatch> {
  const matches = matchingData(where, types)
  for await (const batch of batches) {
    const unclear: SourceReject[] = []
    const kept = batch.rows.map((row, index) => {
      try {
        return matches(row)
      } catch (error) {
        if (!MaestroError.is(error)) throw error
        unclear.push({ id: batch.ids[index] ?? '', row, error, after: index })
        return false
      }
    })
    let count = 0
    const keptBefore = [0, ...kept.map((isKept) => (isKept ? ++count : count))]
    const keptUpTo = (row: number) => keptBefore[Math.min(row, kept.length)] ?? 0
    const rejects = [...(batch.rejects ?? []), ...unclear].toSorted((a, b) => placeOf(a) - placeOf(b))
    yield {
      ...batch,
      ids: batch.ids.filter((_, index) => kept[index]),
      rows: batch.rows.filter((_, index) => kept[index]),
      ...(rejects.length === 0 ? {} : { rejects: rejects.map((one) => ({ ...one, ...afterOf(one, keptUpTo) })) }),
    }
  }
}

const placeOf = ({ after = 0 }: SourceReject) => after

/** The number of rows before a record that could not be read, among those that are kept. */
const afterOf = ({ after }: SourceReject, keptUpTo: (row: number) => number) =>
  after === undefined ? {} : { after: keptUpTo(after) }
