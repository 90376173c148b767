import { definePlugin, defineStorage } from '@maestro-dataflow/core'
import { probe } from './connection/probe.js'
import { tableSink } from './sink/table-sink.js'
import { querySource } from './source/query-source.js'
import { tableSource } from './source/table-source.js'

const table = defineStorage({
  name: 'db.table',
  description: 'Reads and writes a table of a database',
  source: tableSource,
  sink: tableSink,
  probe,
})

const query = defineStorage({
  name: 'db.query',
  description: 'Reads the rows of a query',
  source: querySource,
  probe,
})

/** Tables of SQL databases as rows. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-db',
  manifest: new URL('../package.json', import.meta.url),
  storages: [table, query],
})
