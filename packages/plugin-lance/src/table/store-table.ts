import type { Connection, Table } from '@lancedb/lancedb'
import { MaestroError, maestroError, type VectorMetric, type VectorRecord } from '@maestro-dataflow/core'
import { lanceError } from '../errors.js'
import { type Arrow, type Lance, loadLance } from './load-lance.js'
import { recordSchema, toTable } from './records.js'

const tableName = 'vectors'
const metricKey = 'maestro:metric'
const modelKey = 'maestro:model'

/** The settings with which a store was created, as stored in its table. */
export interface StoreFacts {
  readonly metric: VectorMetric
  readonly dimensions: number
  readonly model: string | undefined
}

export interface StoreTableOptions {
  readonly path: string
  readonly name: string
  readonly metric: VectorMetric
  readonly dimensions?: number | undefined
}

/** The table of a store. It is created when the first vectors are added, because they determine the length. */
export class StoreTable {
  readonly lance: Lance
  readonly #arrow: Arrow
  readonly #connection: Connection
  readonly #options: StoreTableOptions
  #table: Table | undefined
  #facts: StoreFacts | undefined
  /** The version of the table that they belong to. */
  #factsAt: number | undefined
  #fixed: { readonly version: number; readonly table: Promise<Table> } | undefined

  private constructor(lance: Lance, arrow: Arrow, connection: Connection, options: StoreTableOptions) {
    this.lance = lance
    this.#arrow = arrow
    this.#connection = connection
    this.#options = options
  }

  /** @throws MAESTRO_LANCE_OPEN, MAESTRO_VECTORS_SETTINGS */
  static async open(options: StoreTableOptions): Promise<StoreTable> {
    const { path } = options
    const { lance, arrow } = await loadLance()
    try {
      // With an interval of 0, each call sees what other processes have written.
      const connection = await lance.connect(path, { readConsistencyInterval: 0 })
      const opened = new StoreTable(lance, arrow, connection, options)
      await opened.current()
      return opened
    } catch (error) {
      if (MaestroError.is(error)) throw error
      throw lanceError('MAESTRO_LANCE_OPEN', { path, reason: reasonOf(error) }, error)
    }
  }

  get facts(): StoreFacts | undefined {
    return this.#facts
  }

  /** The table, if it exists by now: another process may have created it. */
  async current(): Promise<Table | undefined> {
    if (this.#table === undefined && (await this.#connection.tableNames()).includes(tableName)) {
      const opened = await this.#openTable()
      if (opened !== undefined) this.#keep(opened)
    }
    if (this.#table !== undefined) await this.#readFacts(this.#table)
    return this.#table
  }

  /** Prepares the table for vectors of a length and a model. Only the holder of the lock may call this. */
  async prepare(dimensions: number, model: string | undefined): Promise<Table> {
    const { metric } = this.#options
    const table =
      (await this.current()) ??
      this.#keep(
        await this.#connection.createEmptyTable(
          tableName,
          recordSchema(this.#arrow, dimensions, new Map([[metricKey, metric]])),
        ),
      )
    if (model !== undefined && this.#facts?.model === undefined)
      await table.updateFieldMetadata([{ path: 'vector', metadata: { [modelKey]: model } }])
    await this.#readFacts(table)
    return table
  }

  /** Adds records, or replaces those with their ids: all of them or none. @returns the version that contains them */
  async put(table: Table, records: readonly VectorRecord[]): Promise<number> {
    const data = toTable(this.#arrow, await table.schema(), records)
    const { version } = await table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(data)
    return version
  }

  /** The table at a version, whatever is written meanwhile. */
  at(version: number): Promise<Table> {
    if (this.#fixed?.version === version) return this.#fixed.table
    const table = this.#connection.openTable(tableName).then(async (opened) => {
      await opened.checkout(version)
      return opened
    })
    const fixed = { version, table }
    this.#fixed = fixed
    table.catch(() => {
      if (this.#fixed === fixed) this.#fixed = undefined
    })
    return table
  }

  close(): void {
    this.#table?.close()
    this.#connection.close()
  }

  /** A table that is being created has a folder with nothing in it yet. */
  async #openTable(): Promise<Table | undefined> {
    try {
      return await this.#connection.openTable(tableName)
    } catch (error) {
      if (/was not found/.test(reasonOf(error))) return undefined
      throw error
    }
  }

  #keep(table: Table): Table {
    this.#table = table
    return table
  }

  async #readFacts(table: Table): Promise<void> {
    // Among the stored settings, only the model may be added later, with another version.
    if (this.#facts?.model !== undefined) return
    const version = await table.version()
    if (this.#factsAt === version) return
    const { fields, metadata } = await table.schema()
    const vector = fields.find(({ name }) => name === 'vector')
    const [metric, dimensions] = [metadata.get(metricKey), vector?.type.listSize as unknown]
    if (metric === undefined || typeof dimensions !== 'number')
      throw lanceError('MAESTRO_LANCE_OPEN', {
        path: this.#options.path,
        reason: `its table "${tableName}" was created by another program`,
      })
    this.#assertSetting('metric', this.#options.metric, metric)
    this.#assertSetting('dimensions', this.#options.dimensions ?? dimensions, dimensions)
    this.#facts = { metric: this.#options.metric, dimensions, model: vector?.metadata.get(modelKey) }
    this.#factsAt = version
  }

  #assertSetting(setting: string, expected: number | string, found: number | string): void {
    if (expected === found) return
    const { name: store } = this.#options
    throw maestroError('MAESTRO_VECTORS_SETTINGS', { store, setting, expected: `${expected}`, found: `${found}` })
  }
}

/** The first line of LanceDB's message; the rest is its own stack. */
export function reasonOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return first.slice(0, 400)
}
