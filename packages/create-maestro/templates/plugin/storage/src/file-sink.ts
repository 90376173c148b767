import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Batch, defineSink, displayPath, projectPath, type Row, type SinkWriter } from '@maestro-dataflow/core'
import { z } from 'zod'
import { pluginError } from './errors.js'

/** The writing side: one line for each row. */
export const fileSink = defineSink({
  options: {
    /** The file, relative to the config. A run replaces it as a whole. */
    path: z.string(),
  },
  target: ({ path }, { directory, allowOutside }) => projectPath(path, directory, allowOutside),
  open({ path }, { directory, allowOutside }) {
    const file = projectPath(path, directory, allowOutside)
    return openWriter(file, displayPath(file, directory))
  },
})

/** Writes a file beside the target, which replaces the target at the commit: a reader sees the old rows or the new. */
async function openWriter(file: string, location: string): Promise<SinkWriter> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(temporary, 'wx')
  let rows = 0
  return {
    replaces: existsSync(file),
    get rowsWritten() {
      return rows
    },
    async write(batch) {
      // All lines are made before one is written: a refused row leaves nothing of its batch.
      const lines = linesOf(batch)
      await handle.writeFile(lines.join(''))
      rows += lines.length
    },
    async commit() {
      await handle.sync()
      await handle.close()
      await rename(temporary, file)
      return { rows, location }
    },
    async abort() {
      await handle.close()
      await rm(temporary, { force: true })
    },
  }
}

function linesOf({ ids, rows }: Batch): readonly string[] {
  return rows.map((row, index) => {
    const reason = faultOf(row)
    if (reason !== undefined) throw pluginError('ACME_ROW', { reason }).at({ rowId: ids[index] })
    return `${row.name}=${row.value}\n`
  })
}

function faultOf(row: Row): string | undefined {
  const { name, value } = row
  const other = Object.keys(row).find((column) => column !== 'name' && column !== 'value')
  // A column that is left out without a word would be lost.
  if (other !== undefined) return `a line has no place for the column "${other}".`
  if (typeof name !== 'string' || typeof value !== 'string') return '"name" or "value" is not a text.'
  if (/[\r\n]/.test(name + value)) return 'it contains a line break.'
  if (name.includes('=')) return '"name" contains "=".'
  return name.trim() === '' || name.startsWith('#') ? '"name" would be a comment or nothing.' : undefined
}
