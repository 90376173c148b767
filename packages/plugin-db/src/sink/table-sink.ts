import { type ColumnSet, defineSink, MaestroError, rowFromEntries, type SinkTarget } from '@maestro-dataflow/core'
import { withSession } from '../connection/open-session.js'
import { connectionSettings } from '../connection/resolve-connection.js'
import { TableWriteFields, type TableWriteOptions } from '../options.js'
import { shownTable } from '../tables/names.js'
import { PartitionReceipt } from './partition-receipt.js'
import { Receipts } from './receipts.js'
import { locationOf, TableSinkWriter, type TableWriting } from './table-sink-writer.js'
import { findTarget } from './target-table.js'

/** The sink `db.table`, which writes rows in one transaction that ends when the run has succeeded. */
export const tableSink = defineSink({
  options: TableWriteFields,
  refine({ commit, mode }, { addIssue }) {
    if (commit === 'partition' && mode !== 'append' && mode !== 'upsert')
      addIssue({ code: 'custom', path: ['commit'], message: "needs `mode: 'append'` or `mode: 'upsert'`" })
  },
  continues: ({ commit }) => commit === 'partition',
  async check(options, context) {
    try {
      const settings = connectionSettings(options, context)
      // The run creates a missing file.
      if (!settings.exists) return []
      await withSession(settings, (session) => findTarget(session, writingOf(options, context)))
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  target(options, context) {
    const { table, databaseSchema: schema, mode } = options
    // Several sinks may add rows to one table.
    if (mode === 'append' || mode === 'upsert') return undefined
    return `${connectionSettings(options, context).shown} ${shownTable({ table, schema })}`
  },
  async open(options, context) {
    return TableSinkWriter.open(connectionSettings(options, context), writingOf(options, context), context)
  },
  async mergeable(options, context) {
    if (options.mode !== 'upsert') return undefined
    const settings = connectionSettings(options, context)
    if (!settings.exists) return { exists: false, key: options.key }
    const name = { table: options.table, schema: options.databaseSchema }
    const table = await withSession(settings, (session) => session.describeTable(name))
    return { exists: table !== undefined, key: options.key ?? table?.primaryKey }
  },
  async findReceipt(options, context, name) {
    const { table, databaseSchema: schema } = options
    const settings = connectionSettings(options, context)
    const found = await withSession(settings, (session) => new Receipts(schema).find(session, name))
    if (found === undefined) return undefined
    const { fingerprint, rows } = found
    return { fingerprint, result: { rows, location: locationOf(settings, { table, schema }) } }
  },
  async findCheckpoint(options, context, name) {
    const settings = connectionSettings(options, context)
    return withSession(settings, async (session) => {
      const receipts = new Receipts(options.databaseSchema)
      if ((await session.describeTable(receipts.table)) === undefined) return undefined
      return (await PartitionReceipt.take(session, receipts, name)).committed
    })
  },
})

function writingOf(options: TableWriteOptions, { columns, overwrite, receipt }: SinkTarget): TableWriting {
  const { table, databaseSchema: schema, mode = 'create', key, columns: chosen, commit } = options
  return {
    name: { table, schema },
    mode: mode === 'create' && overwrite ? 'overwrite' : mode,
    key,
    columns: chosenColumns(chosen, columns),
    declared: chosen === undefined || Array.isArray(chosen) ? {} : chosen,
    // Writing the rows of the other modes twice gives the same table.
    receipt: mode === 'append' || mode === 'upsert' ? receipt : undefined,
    byPartition: commit === 'partition' && receipt !== undefined,
    only: chosen === undefined ? undefined : Array.isArray(chosen) ? chosen : Object.keys(chosen),
  }
}

/** The types of the columns that are written: as the sink declares them, or else as the plan knows them. */
function chosenColumns(chosen: TableWriteOptions['columns'], known: ColumnSet): ColumnSet {
  if (chosen === undefined) return known
  const typeOf = (name: string) => (Object.hasOwn(known.columns, name) ? known.columns[name] : undefined) ?? 'unknown'
  const columns = Array.isArray(chosen) ? rowFromEntries(chosen.map((name) => [name, typeOf(name)] as const)) : chosen
  return { columns, open: false }
}
