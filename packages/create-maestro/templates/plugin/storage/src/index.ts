import { definePlugin, defineStorage } from '@maestro-dataflow/core'
import { fileSink } from './file-sink.js'
import { fileSource } from './file-source.js'

export const file = defineStorage({
  name: 'acme.file',
  description: 'A file with a name and a value in each line: name=value',
  source: fileSource,
  sink: fileSink,
})

// With this, the editor knows the options of the storage, and the columns of its rows.
declare module '@maestro-dataflow/core' {
  interface Storages {
    'acme.file': typeof file
  }
}

export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  storages: [file],
})
