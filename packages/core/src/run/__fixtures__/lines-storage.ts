import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row } from '../../contracts/row.js'
import type { SourceReject } from '../../contracts/source.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineSource, defineStorage } from '../../define/define-storage.js'
import { maestroError } from '../../errors/error-table.js'
import { rowType } from '../../define/effects/effects.js'
import { anyOptions } from './memory-sinks.js'

interface Options {
  readonly path: string
  /** Whether a table engine may read or write the file itself. */
  readonly asText: boolean
  /** The sink claims to take text but does not. */
  readonly lies?: boolean
}

const linesStorage = defineStorage({
  name: 'lines.file',
  source: defineSource({
    options: anyOptions<Options>(),
    row: rowType<{ readonly n: number }>(),
    columns: () => ({ columns: {}, open: true }),
    open({ path, asText }, { directory }) {
      const file = join(directory, path)
      return {
        async *read() {
          const ids: string[] = []
          const rows: Row[] = []
          const rejects: SourceReject[] = []
          for (const [index, line] of readFileSync(file, 'utf8').trim().split('\n').entries()) {
            const id = `${path}:${index + 1}`
            try {
              rows.push(JSON.parse(line) as Row)
              ids.push(id)
            } catch (error) {
              const reason = (error as Error).message
              rejects.push({ id, row: line, error: maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason }) })
            }
          }
          yield { ids, rows, rejects }
        },
        ...(asText ? { jsonLines: { paths: [file], idPrefixes: [`${path}:`] } } : {}),
      }
    },
  }),
  sink: defineSink({
    options: anyOptions<Options>(),
    takesJsonLines: ({ asText }) => asText,
    open({ path, asText, lies }, { directory }) {
      const target = join(directory, path)
      const temporary = `${target}.tmp`
      writeFileSync(temporary, '')
      let count = 0
      return {
        async write({ rows }) {
          count += rows.length
          await appendFile(temporary, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
        },
        async commit() {
          renameSync(temporary, target)
          return { rows: count, location: path }
        },
        async abort() {
          rmSync(temporary, { force: true })
        },
        ...(asText && lies !== true
          ? {
              jsonLines: {
                path: temporary,
                written(rows: number) {
                  count = rows
                },
              },
            }
          : {}),
      }
    },
  }),
})

declare module '../../contracts/component-types.js' {
  interface Storages {
    'lines.file': typeof linesStorage
  }
}

/**
 * A plugin with the source and sink `lines.file`, which read and write real files of JSON lines in the simplest way.
 */
export const linesPlugin = definePlugin({ name: 'lines', storages: [linesStorage] })
