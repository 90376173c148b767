import { definePlugin, defineStorage } from '@maestro-dataflow/core'
import { fileSink } from './file-sink.js'
import { fileSource } from './file-source.js'

const file = defineStorage({
  name: 'fs.file',
  description:
    'Reads and writes JSONL, JSON, CSV, TSV, text and Markdown files, packed (.gz, .zst) or not; reads globs and folders',
  source: fileSource,
  sink: fileSink,
})

/** Files as rows. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-fs',
  manifest: new URL('../package.json', import.meta.url),
  storages: [file],
})
