import { join } from 'node:path'
import { definePlugin, defineSink, defineSource, defineStorage, type SinkWriter } from '@maestro-dataflow/core'
import { z } from 'zod'

const columnTypes = z.record(
  z.string(),
  z.enum(['string', 'number', 'integer', 'bigint', 'boolean', 'date', 'json', 'unknown']),
)

/** JSON lines that the engine itself reads and writes as text, as the files plugin offers them. */
const linesStorage = (folder: string) =>
  defineStorage({
    name: 'test.lines',
    source: defineSource({
      /** `open`: the rows may have other columns. */
      options: { paths: z.array(z.string()), columns: columnTypes.optional(), open: z.boolean().optional() },
      columns: ({ columns = {}, open = false }) => ({ columns, open: open || Object.keys(columns).length === 0 }),
      open: ({ paths }) => ({
        // biome-ignore lint/correctness/useYield: the engine is to read the files itself
        async *read() {
          throw new TypeError('rows were read one by one')
        },
        jsonLines: {
          paths: paths.map((path) => join(folder, path)),
          idPrefixes: paths.map((path) => `${path}:`),
        },
      }),
    }),
    sink: defineSink({
      options: { path: z.string() },
      takesJsonLines: () => true,
      open: ({ path }): SinkWriter => {
        let rows = 0
        const target = join(folder, path)
        return {
          write: () => {
            throw new TypeError('rows were written one by one')
          },
          jsonLines: { path: target, written: (count) => (rows = count) },
          commit: async () => ({ rows, location: path }),
          abort: async () => undefined,
        }
      },
    }),
  })

/** A plugin with the storage `test.lines` over the files of a folder. */
export const jsonLines = (folder: string) =>
  definePlugin({
    name: 'lines',
    manifest: { apiVersion: 1, contributes: { storages: { 'test.lines': 'JSON lines' } } },
    apply: (hooks) => hooks.storages.tap('lines', (registry) => registry.add(linesStorage(folder))),
  })

declare module '@maestro-dataflow/core' {
  interface Storages {
    'test.lines': ReturnType<typeof linesStorage>
  }
}
