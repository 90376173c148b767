import { type ColumnSet, type Columns, rowFromEntries, type SourceBatch } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { fromCell, Unfit } from '../value-types.js'
import { partitionIn } from './partition-path.js'

/** The files with the columns that their folders state, if the folders of all files state the same columns. */
export function withPartitions(files: readonly FoundFile[]): readonly FoundFile[] {
  const found = files.map(({ name }) => partitionIn(name))
  const names = new Set(found.map((partition) => JSON.stringify(Object.keys(partition))))
  if (names.size !== 1 || names.has('[]')) return files
  return files.map((file, index) => ({ ...file, partition: found[index] ?? {} }))
}

/** The names of the columns that the folders of the files state. */
export const partitionNames = ([first]: readonly FoundFile[]): readonly string[] => Object.keys(first?.partition ?? {})

/** The columns of files with those of their folders, which are text unless they are declared otherwise. */
export function withPartitionColumns(
  { columns, open }: ColumnSet,
  files: readonly FoundFile[],
  asked: ReadonlySet<string> | undefined,
): ColumnSet {
  const names = partitionNames(files).filter((name) => asked?.has(name) !== false && !Object.hasOwn(columns, name))
  // Rows of an open table may have columns of these names, of other types.
  if (names.length === 0 || open) return { columns, open }
  return {
    columns: rowFromEntries([...Object.entries(columns), ...names.map((name) => [name, 'string'] as const)]),
    open,
  }
}

/** Adds the columns of the folders to rows. A column of the file itself stays as it is. @throws MAESTRO_FS_PARTITION_VALUE */
export async function* addPartition(
  batches: AsyncIterable<SourceBatch>,
  { partition = {}, name: path }: FoundFile,
  types: Columns,
  asked: ReadonlySet<string> | undefined,
): AsyncGenerator<SourceBatch> {
  const added = Object.entries(partition)
    .filter(([name]) => asked?.has(name) !== false)
    .map(([name, text]): [string, unknown] => {
      const type = Object.hasOwn(types, name) ? types[name] : undefined
      const value = text === null || type === undefined ? text : fromCell(text, type)
      if (value instanceof Unfit) throw fsError('MAESTRO_FS_PARTITION_VALUE', { path, reason: value.at(name) })
      return [name, value]
    })
  if (added.length === 0) yield* batches
  else
    for await (const batch of batches)
      yield {
        ...batch,
        rows: batch.rows.map((row) => rowFromEntries([...Object.entries(row), ...without(added, row)])),
      }
}

const without = (added: readonly [string, unknown][], row: object) =>
  added.filter(([name]) => !Object.hasOwn(row, name))
