import type { Batch, Row, RowId } from '../../contracts/row.js'
import { defineStorage } from '../../define/define-storage.js'
import { definePlugin } from '../../define/define-plugin.js'
import type { Schema } from '../../contracts/schema.js'

/** What became of one output. */
export interface MemorySink {
  readonly ids: RowId[]
  readonly rows: Row[]
  state: 'open' | 'committed' | 'aborted'
}

/** Options of the sink: `fail` names the moment at which it throws. */
interface Options {
  readonly name: string
  readonly fail?: 'open' | 'write' | 'commit'
}

const anyOptions: Schema<unknown, Options> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Options }) },
}

/** A plugin with the sink `memory.sink`, for tests of the runner; each output is kept by its name. */
export function memorySinks() {
  const sinks = new Map<string, MemorySink>()
  const plugin = definePlugin({
    name: 'memory',
    manifest: { apiVersion: 1, contributes: { storages: { 'memory.sink': 'Rows in memory' } } },
    apply: (hooks) =>
      hooks.storages.tap('memory', (registry) =>
        registry.add(
          defineStorage({
            name: 'memory.sink',
            sink: {
              options: anyOptions,
              open({ name, fail }) {
                if (fail === 'open') throw new TypeError('the sink does not open')
                const sink: MemorySink = { ids: [], rows: [], state: 'open' }
                sinks.set(name, sink)
                return {
                  async write({ ids, rows }: Batch) {
                    if (fail === 'write') throw new TypeError('the sink is full')
                    sink.ids.push(...ids)
                    sink.rows.push(...rows)
                  },
                  async commit() {
                    if (fail === 'commit') throw new TypeError('the sink does not commit')
                    sink.state = 'committed'
                    return { rows: sink.rows.length, location: name }
                  },
                  async abort() {
                    sink.state = 'aborted'
                  },
                }
              },
            },
          }),
        ),
      ),
  })
  return { plugin, sinks, rowsOf: (name: string) => sinks.get(name)?.rows ?? [], idsOf: (name: string) => sinks.get(name)?.ids ?? [] }
}

declare module '../../contracts/component-types.js' {
  interface SinkOptions<Row> {
    'memory.sink': { readonly name: string; readonly fail?: 'open' | 'write' | 'commit'; readonly row?: Row }
  }
}
