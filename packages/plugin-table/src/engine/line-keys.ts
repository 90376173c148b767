import { open } from 'node:fs/promises'
import type { TableFile } from '@maestro-dataflow/core'
import type { Database } from './connect.js'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

/** The column of the keys of a row, in the order of the line. A key that occurs twice is there twice. */
export const keysColumn = '"#maestro.keys"'

/** The keys of the rows in lines, in SQL. */
export function lineKeys(format: TableFile['format']): string {
  return format === 'step' ? `json_keys(${lineColumn}, '/row')` : `json_keys(${lineColumn})`
}

/** The length in bytes of the longest first line whose keys are taken. */
const firstBytes = 1 << 16

/** The keys of the first row of a file, which most of its rows have too. It is empty if the first line is odd. */
export async function usualKeys({ connection }: Database, { path, format }: TableFile): Promise<readonly string[]> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(firstBytes), 0, firstBytes, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1)
    const keys = `SELECT unnest(${lineKeys(format)}) FROM (SELECT $line AS ${lineColumn} WHERE json_valid($line))`
    const found = await connection.runAndReadAll(keys, { line })
    return found.getRows().map(([key]) => String(key))
  } finally {
    await file.close()
  }
}

/** SQL conditions about the keys of a line. */
export interface KeyConditions {
  /** Whether no key occurs twice. */
  readonly areUnique: string
  /** Whether no key occurs twice and each is the name of an extracted column. */
  readonly areExtracted: string
}

/**
 * The conditions are quick for lines whose keys are all present among the extracted columns, and for lines with the
 * usual keys in the usual order.
 *
 * @param present The extracted values, which are NULL if there is none.
 * @param usual The keys of the first line.
 */
export function keyConditions(
  names: readonly string[],
  present: readonly string[],
  usual: readonly string[],
): KeyConditions {
  const count = present.map((value) => `(${value} IS NOT NULL)::INTEGER`).join(' + ')
  const areAllPresent = `len(${keysColumn}) = ${count}`
  // An SQL literal ends at a NUL character.
  const isComparable = usual.length > 0 && new Set(usual).size === usual.length && !usual.join('').includes('\0')
  const areUsual = isComparable ? `${keysColumn} = [${usual.map(literal).join(', ')}]` : 'false'
  const areNames = usual.every((key) => names.includes(key)) ? areUsual : 'false'
  const areDistinct = `len(list_distinct(${keysColumn})) = len(${keysColumn})`
  return {
    areUnique: `CASE WHEN ${areAllPresent} THEN true WHEN ${areUsual} THEN true ELSE ${areDistinct} END`,
    areExtracted: `CASE WHEN ${areAllPresent} THEN true ELSE ${areNames} END`,
  }
}
