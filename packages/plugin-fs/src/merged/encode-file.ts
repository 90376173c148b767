import { open } from 'node:fs/promises'
import { columnNames, type Row, rowWith } from '@maestro-dataflow/core'
import { createRowEncoder, type EncoderOptions } from '../create-row-encoder.js'
import type { FinishFile } from '../file-sink-writer.js'
import type { Compression, FileFormat } from '../format.js'
import { openTextFile } from '../packed-file.js'
import type { RowEncoder } from '../row-encoder.js'
import { readSpool } from '../spooled/read-spool.js'

const batchRows = 1024

/** Encodes rows in which the texts of these columns are JSON. */
export function withJsonTexts(encoder: RowEncoder, json: ReadonlySet<string>): RowEncoder {
  const changed = (row: Row): Row =>
    rowWith(
      row,
      [...json].flatMap((name) => (typeof row[name] === 'string' ? [[name, JSON.stringify(row[name])] as const] : [])),
    )
  return {
    ...encoder,
    encode: ({ ids, rows }) => encoder.encode({ ids, rows: json.size === 0 ? rows : rows.map(changed) }),
  }
}

/** Makes a text file from rows that were held back. Its columns are those of all rows. */
export function finishText(
  format: FileFormat,
  compression: Compression,
  options: Omit<EncoderOptions, 'columns' | 'only'>,
): FinishFile {
  return async (spool, path) => {
    const names = new Set<string>()
    for await (const rows of readSpool(spool, batchRows))
      for (const row of rows) for (const name of columnNames(row)) names.add(name)
    const encoder = createRowEncoder(format, { ...options, columns: [...names], only: false })
    const file = await open(path, 'wx')
    const text = openTextFile(file, compression)
    try {
      let number = 0
      for await (const rows of readSpool(spool, batchRows))
        await text.write(Buffer.from(encoder.encode({ ids: rows.map(() => `row ${++number}`), rows })))
      await text.write(Buffer.from(encoder.end()))
      await text.finish()
      await file.sync()
    } finally {
      text.abort()
      await file.close()
    }
  }
}
