import { defineStorage } from '@maestro-dataflow/core'
import { fileSink } from './file-sink.js'
import { fileSource } from './file-source.js'

/** `fs.file`: files of rows. */
export const file = defineStorage({
  name: 'fs.file',
  description:
    'Reads and writes JSONL, JSON, CSV, TSV, Parquet, Arrow, Excel, text and Markdown files, packed (.gz, .zst) or not, on this machine, in buckets (s3://), on the web (https://), and on the Hugging Face hub (hf://)',
  source: fileSource,
  sink: fileSink,
})

declare module '@maestro-dataflow/core' {
  interface Storages {
    'fs.file': typeof file
  }
}
