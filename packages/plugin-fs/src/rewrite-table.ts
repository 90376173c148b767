import { open } from 'node:fs/promises'
import { maestroError } from '@maestro-dataflow/core'
import type { Compression } from './format.js'
import { openTextFile } from './packed-file.js'
import { LocalFile } from './places/local/local-file.js'
import { readBytes } from './read-bytes.js'
import { readDelimited } from './read-delimited.js'
import type { RowEncoder } from './row-encoder.js'

/** A file of cells whose header lacks columns of later records. */
export interface GrownTable {
  /** The file's name in messages. */
  readonly path: string
  readonly compression: Compression
  /** The number of bytes of the header that is written. */
  readonly start: number
  /** The cells of the header that all records need. */
  readonly titles: readonly string[]
  readonly delimiter: string
  /** Writes this header, and rows of texts. */
  readonly encoder: RowEncoder
}

/** Writes a file of cells anew at `output`, with a header and records of all its columns. */
export async function rewriteTable(file: string, output: string, table: GrownTable): Promise<void> {
  const { path, compression, start, titles, delimiter, encoder } = table
  const records = behind(readBytes(new LocalFile(file), compression), start)
  const layout = { delimiter, isTold: true, header: titles }
  const written = await open(output, 'wx')
  const text = openTextFile(written, compression)
  try {
    const batches = readDelimited(records, path, layout, undefined, { offset: start, line: 2 })
    for await (const { ids, rows, rejects = [] } of batches) {
      const [fault] = rejects
      if (fault !== undefined)
        throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path, reason: fault.error.message }, fault.error)
      await text.write(Buffer.from(encoder.encode({ ids, rows })))
    }
    await text.write(Buffer.from(encoder.end()))
    await text.finish()
    await written.sync()
  } finally {
    text.abort()
    await written.close()
  }
}

async function* behind(chunks: AsyncIterable<Buffer>, start: number): AsyncGenerator<Buffer> {
  let skipped = 0
  for await (const chunk of chunks) {
    const left = Math.min(chunk.length, start - skipped)
    skipped += left
    yield chunk.subarray(left)
  }
}
