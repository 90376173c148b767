import { definePlugin, defineSink, defineStorage, type Row, type SinkWriter } from '@maestro-dataflow/core'

const keptStorage = (rows: Row[]) =>
  defineStorage({
    name: 'test.kept',
    sink: defineSink({
      options: {},
      open(): SinkWriter {
        const written: Row[] = []
        return {
          write: async (batch) => void written.push(...batch.rows),
          async commit() {
            rows.push(...written)
            return { rows: written.length, location: 'memory' }
          },
          abort: async () => undefined,
        }
      },
    }),
  })

/** A plugin whose sink `test.kept` adds the rows of a run to an array. */
export const keptRows = (rows: Row[]) => definePlugin({ name: 'kept', storages: [keptStorage(rows)] })

declare module '@maestro-dataflow/core' {
  interface Storages {
    'test.kept': ReturnType<typeof keptStorage>
  }
}
