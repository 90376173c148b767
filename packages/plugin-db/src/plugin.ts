import { definePlugin } from '@maestro-dataflow/core'
import { query, table } from './storages.js'

/** Reads and writes the tables of SQL databases as rows. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-db',
  manifest: new URL('../package.json', import.meta.url),
  storages: [table, query],
})
