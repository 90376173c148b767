import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ownFolder } from '../../builtin/state-directory.js'
import { replaceFile } from '../durability/replace-file.js'
import { RowTable } from './row-table.js'

/** What an incremental run needs of the rows, besides their table. */
export interface RowsHeader {
  /** The run that wrote it. */
  readonly run: string
  /** Identifies the steps, the source, and the settings: after a change, all rows are processed. */
  readonly pipeline: string
}

/**
 * Writes the rows of a run with a header: a line of JSON, and then the table.
 *
 * @throws MAESTRO_RUN_STATE
 */
export async function writeRows(path: string, header: object, rows: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: ownFolder })
  const text = JSON.stringify(header)
  const line = `${JSON.stringify({ crc32: crc32(rows, crc32(text)), bytes: rows.length })}\n${text}\n`
  await replaceFile(
    path,
    async (file) => {
      await file.write(line)
      await file.write(rows)
    },
    ['incremental-synced', 'incremental-renamed'],
  )
}

/** Reads what `writeRows` wrote; undefined if it is missing. A file that cannot be read counts as damaged. */
export async function readRows<Header>(
  path: string,
): Promise<{ readonly header: Header; readonly rows: RowTable } | 'damaged' | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'damaged'
  }
  const first = bytes.indexOf(0x0a)
  const second = bytes.indexOf(0x0a, first + 1)
  if (first === -1 || second === -1) return 'damaged'
  try {
    const { crc32: sum, bytes: length } = JSON.parse(bytes.toString('utf8', 0, first)) as Record<string, unknown>
    const text = bytes.toString('utf8', first + 1, second)
    const table = bytes.subarray(second + 1)
    if (table.length !== length || crc32(table, crc32(text)) !== sum) return 'damaged'
    return { header: JSON.parse(text) as Header, rows: RowTable.fromBytes(table) }
  } catch {
    return 'damaged'
  }
}

/** The file of the rows of the last finished run. @param id Identifies the pipeline and its outputs. */
export const lastRunPath = (stateDirectory: string, id: string): string =>
  join(stateDirectory, 'incremental', `${id}.rows`)
