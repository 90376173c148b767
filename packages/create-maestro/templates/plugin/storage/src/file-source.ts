import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  defineSource,
  projectPath,
  type Row,
  rowType,
  type SourceBatch,
  type SourceReject,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { pluginError } from './errors.js'

/** Rows per batch. */
const batchSize = 1000

/** The reading side: one row for each line. Empty lines and comments are left out. */
export const fileSource = defineSource({
  options: {
    /** The file, relative to the config. */
    path: z.string(),
  },
  row: rowType<{ readonly name: string; readonly value: string }>(),
  columns: () => ({ columns: { name: 'string', value: 'string' }, open: false }),
  check: async ({ path }, { directory, allowOutside }) =>
    existsSync(projectPath(path, directory, allowOutside)) ? [] : [pluginError('ACME_FILE_MISSING', { path })],
  open({ path }, { directory, allowOutside, signal }) {
    const file = projectPath(path, directory, allowOutside)
    return { read: () => readBatches(file, path, signal) }
  },
})

async function* readBatches(file: string, path: string, signal: AbortSignal): AsyncIterable<SourceBatch> {
  const stream = createReadStream(file, { encoding: 'utf8', signal })
  let batch = emptyBatch()
  let line = 0
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text.trim() === '' || text.startsWith('#')) continue
    // The id of a row is the same in every run: it is the row's place in the file.
    const id = `${path}:${line}`
    const row = readLine(text)
    if (row === undefined) {
      const error = pluginError('ACME_LINE', { place: id })
      batch.rejects.push({ id, row: text.slice(0, 200), error, after: batch.rows.length })
    } else {
      batch.ids.push(id)
      batch.rows.push(row)
    }
    if (batch.rows.length + batch.rejects.length < batchSize) continue
    yield batch
    batch = emptyBatch()
  }
  if (batch.rows.length + batch.rejects.length > 0) yield batch
}

function emptyBatch(): { ids: string[]; rows: Row[]; rejects: SourceReject[] } {
  return { ids: [], rows: [], rejects: [] }
}

function readLine(text: string): Row | undefined {
  const at = text.indexOf('=')
  return at < 0 ? undefined : { name: text.slice(0, at), value: text.slice(at + 1) }
}
