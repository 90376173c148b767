import { definePlugin } from '@maestro-dataflow/core'
import { file } from './file-storage-definition.js'

/** Files as sources and sinks of rows. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-fs',
  manifest: new URL('../package.json', import.meta.url),
  storages: [file],
})
