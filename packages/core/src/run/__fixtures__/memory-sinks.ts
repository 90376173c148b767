import type { Batch, Row, RowId } from '../../contracts/row.js'
import type { Schema } from '../../contracts/schema.js'
import type { RefusedRow } from '../../contracts/sink.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineStorage } from '../../define/define-storage.js'
import { maestroError } from '../../errors/error-table.js'

/** What happened to one output. */
export interface MemorySink {
  readonly ids: RowId[]
  readonly rows: Row[]
  state: 'open' | 'committed' | 'aborted'
}

interface Options {
  readonly name: string
  /** The moment at which the sink throws. */
  readonly fail?: 'open' | 'write' | 'commit' | 'abort'
  /** Whether the sink refuses a row. */
  readonly refuses?: (row: Row) => boolean
  /**
   * Reports such rows when it is asked, after their `write` has returned; it reports those of its last batch only at
   * the end.
   */
  readonly late?: boolean
  /** Called at each moment; the sink awaits the result. */
  readonly at?: (moment: 'open' | 'write' | 'commit' | 'abort') => unknown
}

/** Accepts all options unchanged. */
export function anyOptions<Given>(): Schema<Given> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Given }) } }
}

const memorySinkOf = (sinks: Map<string, MemorySink>) =>
          defineStorage({
            name: 'memory.sink',
            sink: defineSink({
              options: anyOptions<Options>(),
              async open({ name, fail, refuses, late, at }) {
                await at?.('open')
                if (fail === 'open') throw new TypeError('the sink does not open')
                const sink: MemorySink = { ids: [], rows: [], state: 'open' }
                sinks.set(name, sink)
                let refusedLate: RefusedRow[] = []
                let told = 0
                return {
                  ...(late === true
                    ? {
                        refused(last: boolean) {
                          const telling = refusedLate.slice(0, last ? undefined : told)
                          refusedLate = refusedLate.slice(telling.length)
                          told = refusedLate.length
                          return telling
                        },
                      }
                    : {}),
                  async write({ ids, rows }: Batch) {
                    await at?.('write')
                    if (fail === 'write') throw new TypeError('the sink is full')
                    const refused = rows.findIndex((row) => refuses?.(row) === true)
                    if (refused !== -1 && late === true) {
                      for (const [index, row] of rows.entries()) {
                        const id = ids[index] as RowId
                        if (refuses?.(row) === true)
                          refusedLate.push({ id, row, error: maestroError('MAESTRO_ROW_UNENCODABLE', { column: 'n', type: 'test' }) })
                        else {
                          sink.ids.push(id)
                          sink.rows.push(row)
                        }
                      }
                      return
                    }
                    if (refused !== -1) {
                      const rowId = ids[refused] as RowId
                      throw maestroError('MAESTRO_ROW_UNENCODABLE', { column: 'n', type: 'test' }).at({ rowId })
                    }
                    sink.ids.push(...ids)
                    sink.rows.push(...rows)
                  },
                  async commit() {
                    await at?.('commit')
                    if (fail === 'commit') throw new TypeError('the sink does not commit')
                    sink.state = 'committed'
                    return { rows: sink.rows.length, location: name }
                  },
                  async abort() {
                    await at?.('abort')
                    if (fail === 'abort') throw new TypeError('the sink does not clean up')
                    sink.state = 'aborted'
                  },
                }
              },
            }),
          })

/** A plugin with the sink `memory.sink`, for tests of the runner. It keeps each output under its name. */
export function memorySinks() {
  const sinks = new Map<string, MemorySink>()
  const plugin = definePlugin({
    name: 'memory',
    manifest: { apiVersion: 1, contributes: { storages: { 'memory.sink': 'Rows in memory' } } },
    apply: (hooks) =>
      hooks.storages.tap('memory', (registry) =>
        registry.add(
memorySinkOf(sinks),
        ),
      ),
  })
  return {
    plugin,
    sinks,
    rowsOf: (name: string) => sinks.get(name)?.rows ?? [],
    idsOf: (name: string) => sinks.get(name)?.ids ?? [],
  }
}

declare module '../../contracts/component-types.js' {
  interface Storages {
    'memory.sink': ReturnType<typeof memorySinkOf>
  }
}
