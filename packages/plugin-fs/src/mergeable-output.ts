import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MergeableOutput, SourceBatch, StorageContext } from '@maestro-dataflow/core'
import { openFiles } from './file-source.js'
import { formatOf, isText } from './format.js'
import type { ReadOptions, WriteOptions } from './options.js'
import { isPartitioned } from './partitions/partition-path.js'
import { isRemote } from './places/find-place.js'
import { standardPath } from './standard-input.js'

/** A file on this machine whose rows an incremental run can read back as they were written. */
export function mergeableOutput(options: WriteOptions, context: StorageContext): MergeableOutput | undefined {
  const { path, delimiter } = options
  if (path === standardPath || isRemote(path) || isPartitioned(options)) return undefined
  const { format } = formatOf(path, options.format)
  // A workbook does not keep the types of all values.
  if (isText(format) || format === 'xlsx') return undefined
  const reading = { path, format, delimiter }
  return { exists: existsSync(resolve(context.directory, path)), rows: () => readOutput(reading, context) }
}

async function* readOutput(options: ReadOptions, context: StorageContext): AsyncGenerator<SourceBatch> {
  yield* (await openFiles(options, context)).read()
}
