import type { FileHandle } from 'node:fs/promises'
import { encodeStepLine, type RefusedRow, type Row, type RowId } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { FindUnheld, FinishFile } from '../file-sink-writer.js'
import type { FoundFile } from '../found-file.js'
import { digitsOf } from '../json-value.js'
import type { ReadOptions } from '../options.js'
import { readFile } from '../read-file.js'
import { readSpool, readSpoolBatches } from '../spooled/read-spool.js'
import { withoutRows } from '../spooled/unheld-values.js'
import { withWrittenFile } from '../spooled/with-written-file.js'

/** How new rows join those of an existing file. */
export interface Merging {
  readonly existing: FoundFile
  readonly read: ReadOptions
  /** The column whose value tells which rows are the same. Without it, all rows are kept. */
  readonly key: string | undefined
  /** Whether the key is a decimal number, so that 1.0 and 1.00 are one key. */
  readonly isDecimal: boolean
}

const batchRows = 1024

/**
 * Makes a file from the rows of an existing one and new rows. With a key, a new row takes the place of an old one with
 * its key; of several new rows with one key, the last one counts.
 *
 * @throws MAESTRO_FS_APPEND if the existing file has a record that cannot be read, which would be lost
 */
export function finishMerged(merging: Merging, finish: FinishFile): FinishFile {
  return (spool, path) => withMerged(spool, merging, (merged) => finish(merged, path))
}

/** Finds the new rows that the merged file cannot hold. */
export function unheldInMerged(merging: Merging, unheld: FindUnheld): FindUnheld {
  return async (spool) => {
    const refused: RefusedRow[] = []
    const find = (kept: string) => withMerged(kept, merging, unheld)
    for (;;) {
      const left = new Set(refused.map(({ id }) => id))
      const found = left.size === 0 ? await find(spool) : await withoutRows(spool, left, find)
      if (found.length === 0) return refused
      // Without a new row, the row of the existing file with its key stays, which may hold what the file then cannot.
      refused.push(...found)
    }
  }
}

function withMerged<Result>(
  spool: string,
  merging: Merging,
  work: (merged: string) => Promise<Result>,
): Promise<Result> {
  return withWrittenFile(`${spool}.rows`, (file) => mergeRows(spool, file, merging), work)
}

async function mergeRows(spool: string, file: FileHandle, { existing, read, key, isDecimal }: Merging): Promise<void> {
  const keyIn = (row: Row, where: string) => keyOf(row, key ?? '', where, isDecimal)
  /** The place of the last new row with a key. */
  const last = new Map<string, number>()
  let count = 0
  if (key !== undefined)
    for await (const rows of readSpool(spool, batchRows))
      for (const row of rows) last.set(keyIn(row, 'a new row'), count++)
  for await (const { rows, rejects = [] } of readFile(existing, read, { counted: () => undefined })) {
    const [reject] = rejects
    if (reject !== undefined)
      throw fsError(
        'MAESTRO_FS_APPEND',
        { path: existing.name, reason: reject.error.message.replace(/\.$/, '') },
        reject.error,
      )
    const kept = key === undefined ? rows : rows.filter((row) => !last.has(keyIn(row, existing.name)))
    await write(file, kept)
  }
  let position = 0
  for await (const { ids, rows } of readSpoolBatches(spool, batchRows)) {
    const start = position
    position += rows.length
    const isKept = (row: Row, index: number) => key === undefined || last.get(keyIn(row, '')) === start + index
    await write(
      file,
      rows.filter(isKept),
      ids.filter((_, index) => isKept(rows[index] ?? {}, index)),
    )
  }
}

/** @param ids The new rows have theirs, which an error about a row names. */
const write = (file: FileHandle, rows: readonly Row[], ids: readonly RowId[] = []) =>
  file.appendFile(rows.map((row, index) => `${encodeStepLine(ids[index] ?? '', row)}\n`).join(''))

/** The key as text, which is the same in formats with types and without. @throws MAESTRO_FS_KEY */
function keyOf(row: Row, key: string, where: string, isDecimal: boolean): string {
  const value = Object.hasOwn(row, key) ? row[key] : undefined
  switch (typeof value) {
    case 'number':
      return digitsOf(value)
    case 'string':
      if (value === '') break
      return isDecimal ? shortest(value) : value
    case 'bigint':
    case 'boolean':
      return String(value)
  }
  if (value instanceof Date) return value.toISOString()
  throw fsError('MAESTRO_FS_KEY', { key, where })
}

/** The digits of a decimal number without zeros that do not count. */
function shortest(text: string): string {
  const [, sign, whole, fraction = ''] = /^([+-]?)0*(\d*?)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  if (whole === undefined) return text
  const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`
  return sign === '-' && digits !== '0' ? `-${digits}` : digits
}
