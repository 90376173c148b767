import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineSink, defineStorage } from '@maestro-dataflow/core'
import { z } from 'zod'

/** A correct sink, `wrong.file`: at its commit, it replaces `out.txt` by the number of its rows. */
export function fileSink(directory: string) {
  const path = join(directory, 'out.txt')
  return defineStorage({
    name: 'wrong.file',
    sink: defineSink({
      options: z.object({}),
      open: () => {
        let rowsWritten = 0
        return {
          get rowsWritten() {
            return rowsWritten
          },
          write: ({ rows }) => void (rowsWritten += rows.length),
          async commit() {
            writeFileSync(`${path}.tmp`, String(rowsWritten))
            renameSync(`${path}.tmp`, path)
            return { rows: rowsWritten, location: 'out.txt' }
          },
          abort: async () => rmSync(`${path}.tmp`, { force: true }),
        }
      },
    }),
  })
}
