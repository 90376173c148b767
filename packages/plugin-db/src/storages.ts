import { defineStorage } from '@maestro-dataflow/core'
import { probe } from './connection/probe.js'
import { tableSink } from './sink/table-sink.js'
import { querySource } from './source/query-source.js'
import { tableSource } from './source/table-source.js'

/** `db.table`: a table of a database. */
export const table = defineStorage({
  name: 'db.table',
  description: 'Reads and writes a table of a database',
  source: tableSource,
  sink: tableSink,
  probe,
})

/** `db.query`: the result of a query. */
export const query = defineStorage({
  name: 'db.query',
  description: 'Reads the rows of a query',
  source: querySource,
  probe,
})

declare module '@maestro-dataflow/core' {
  interface Storages {
    'db.table': typeof table
    'db.query': typeof query
  }
}
