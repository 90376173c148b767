import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type ColumnSet,
  type Columns,
  columnNames,
  defineSink,
  MaestroError,
  maestroError,
  onlyColumns,
  type SinkTarget,
  type StorageCheckContext,
} from '@maestro-dataflow/core'
import { fsError } from './errors.js'
import { findFiles } from './find-files.js'
import { formatOf, isPlainJsonl } from './format.js'
import { mergeableOutput } from './mergeable-output.js'
import { encoderFor, finisherFor, openOutput, placeOutput } from './open-output.js'
import { FileWriteFields, type WriteOptions } from './options.js'
import { assertFits } from './options-fit.js'
import { shownTarget } from './output-path.js'
import { isPartitioned, partitionColumns, partitionGlob, partitionPath } from './partitions/partition-path.js'
import { PartitionedWriter } from './partitions/partitioned-writer.js'
import { isRemote } from './places/find-place.js'
import { identifyFile } from './places/local/identify-file.js'
import { standardInputFormat, standardPath } from './standard-input.js'
import { StandardOutputWriter } from './standard-output-writer.js'

/** The sink `fs.file`. Rows go to a file beside the target, which replaces the target when all rows are written. */
export const fileSink = defineSink({
  options: FileWriteFields,
  takesJsonLines: isPlainLines,
  target: ({ path }, context) =>
    path === standardPath
      ? `standard output of process ${process.pid}`
      : isRemote(path)
        ? path
        : shownTarget(path, context.directory),
  async identify(options, context, { files = [options.path] }) {
    if (options.path === standardPath) return standardPath
    const contents: string[] = []
    for (const path of files) {
      const content = await contentOf(path, options, context)
      if (content === undefined) return undefined
      contents.push(content)
    }
    return hash('sha256', contents.join())
  },
  // A compressed file and a file per partition are written in one go.
  continues: (options) =>
    options.path !== standardPath &&
    !isPartitioned(options) &&
    formatOf(options.path, options.format).compression === undefined,
  mergeable: async (options, context) => mergeableOutput(options, context),
  async check(options, context) {
    try {
      if (options.path === standardPath) {
        if (options.format !== undefined) assertFits(options, options.format)
      } else if (isPartitioned(options)) await checkPartitions(options, context)
      else await placeOutput(options, context)
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, context) {
    if (options.path === standardPath) {
      // A filter of a shell's pipe gives the format that it got.
      const format = options.format ?? (await standardInputFormat()) ?? 'jsonl'
      assertFits(options, format)
      const encoder = encoderFor(options, context, format, 'standard output')
      return StandardOutputWriter.open(encoder, finisherFor(options, context, format))
    }
    if (!isPartitioned(options)) return openOutput(options, context, isPlainLines(options))
    await checkPartitions(options, context)
    const { partitionBy, ...file } = options
    const kept = withoutPartitions(options, context)
    return new PartitionedWriter({
      shown: options.path,
      pathOf: (row) => partitionPath(options, row),
      left: partitionBy ?? [],
      open: (path) => openOutput({ ...file, path }, { ...context, columns: kept }, false),
    })
  },
})

/** Identifies a file that was written; undefined if it is gone. Of a remote file, only that is known. */
async function contentOf(
  path: string,
  { format, s3, hub }: WriteOptions,
  context: StorageCheckContext,
): Promise<string | undefined> {
  if (!isRemote(path)) {
    const local = resolve(context.directory, path)
    if (!existsSync(local)) return undefined
    return identifyFile(local, false).catch(() => 'a file that cannot be read')
  }
  try {
    await findFiles({ path, format: formatOf(path, format).format, s3, hub }, context)
  } catch (error) {
    // A server that does not answer says nothing about a file, which counts as there.
    if (MaestroError.is(error, 'MAESTRO_STORAGE_NOT_FOUND')) return undefined
  }
  return 'a remote file'
}

/** @throws MAESTRO_RUN_OUTPUT_EXISTS, MAESTRO_FS_COLUMN_MISSING, MAESTRO_FS_OPTION_UNFIT */
async function checkPartitions(options: WriteOptions, context: StorageCheckContext & SinkTarget): Promise<void> {
  const { path, mode = 'create', s3, hub } = options
  const { format } = formatOf(path, options.format)
  assertFits(options, format)
  const known = Object.keys(context.columns.columns)
  const missing = partitionColumns(options).filter((name) => !context.columns.open && !known.includes(name))
  if (missing.length > 0) throw fsError('MAESTRO_FS_PARTITION', { path, missing, known })
  if (mode !== 'create' || context.overwrite) return
  const pattern = partitionGlob(options)
  try {
    const [there] = await findFiles({ path: pattern, format, s3, hub }, context)
    if (there !== undefined) throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: there.name })
  } catch (error) {
    if (!MaestroError.is(error, 'MAESTRO_STORAGE_NOT_FOUND')) throw error
  }
}

/** The columns of the files: those in the names of folders are left out. */
function withoutPartitions({ partitionBy = [] }: WriteOptions, { columns: { columns, open } }: SinkTarget): ColumnSet {
  return {
    columns: onlyColumns(
      columns,
      new Set(columnNames(columns).filter((name) => !partitionBy.includes(name))),
    ) as Columns,
    open,
  }
}

function isPlainLines(options: WriteOptions): boolean {
  const { path, format, columns, mode } = options
  if (columns !== undefined || path === standardPath || isPartitioned(options)) return false
  return mode !== 'append' && mode !== 'upsert' && isPlainJsonl(path, format)
}
