import { sep } from 'node:path'
import {
  type ColumnSet,
  type Columns,
  columnNames,
  conditionColumns,
  defineSource,
  MaestroError,
  needsColumnOrder,
  type ParquetFiles,
  rowFromEntries,
  rowFunction,
  rowsToInfer,
  type SourceBatch,
  type SourceReader,
  type StorageContext,
  schemaColumns,
} from '@maestro-dataflow/core'
import { arrowColumns } from './arrow/read-arrow.js'
import { askedColumns, textColumns } from './asked-columns.js'
import { inferReadOptions, withInferredColumns } from './cells/infer-columns.js'
import { warnOfDelimiter } from './cells/infer-delimiter.js'
import { checkRows } from './check-rows.js'
import { checkSource, hasMark, headerColumns } from './check-source.js'
import { fsError } from './errors.js'
import { excelColumns } from './excel/read-excel.js'
import { fileStart, placeOf, type SourcePlace } from './file-place.js'
import type { FileRow } from './file-row.js'
import { findFiles } from './find-files.js'
import { formatByName, isDelimited, isText, isTyped } from './format.js'
import type { FoundFile, Project } from './found-file.js'
import { identifyFiles } from './identify-files.js'
import { FileReadFields, type GivenReadOptions, type ReadOptions } from './options.js'
import { shownTarget } from './output-path.js'
import { plainColumns } from './parquet/plain-columns.js'
import { parquetColumns } from './parquet/read-parquet.js'
import { partitionNames, withPartitionColumns } from './partitions/read-partitions.js'
import { excelLayoutOf, type ReadObservers, readFile } from './read-file.js'
import { keepStandardInput, standardPath } from './standard-input.js'
import { areJsonTypes } from './typed-columns.js'

/** The source `fs.file`. */
export const fileSource = defineSource({
  options: FileReadFields,
  row: rowFunction<FileRow>(),
  columns: declaredColumns,
  describeColumns,
  async inferOptions(options, context) {
    return inferReadOptions(options, await findFiles(options, context), context.rows)
  },
  async check(options, context) {
    try {
      const files = await findFiles(options, context)
      await checkSource(files, await withInferredColumns(options, files))
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  optionalColumns: true,
  async inputs(options, context) {
    const files = await findFiles(options, context)
    return files.map(({ file, name }) =>
      file.localPath === undefined ? name : shownTarget(file.localPath, context.directory),
    )
  },
  open: openFiles,
})

/** Opens the files of a source. */
export async function openFiles(
  given: GivenReadOptions,
  project: Project & Partial<Pick<StorageContext, 'logger'>>,
): Promise<SourceReader> {
  if (project.runDirectory !== undefined && [given.path].flat().includes(standardPath))
    await keepStandardInput(project.runDirectory)
  const files = await findFiles(given, project)
  const options = await withInferredColumns(given, files, rowsToInfer, (column, suggestion) =>
    project.logger?.warn(
      `The cells of the column "${column}" may be written as people write numbers or dates. Name their form with ${suggestion}, or their type with types: { ${JSON.stringify(column)}: ... }.`,
    ),
  )
  await checkSource(files, options)
  if (given.columns === 'infer')
    project.logger?.info(`The types of columns are those of the first ${rowsToInfer} rows.`, {
      columns: options.columns,
      delimiter: options.delimiter,
    })
  await warnOfDelimiter(files, options, project.logger)
  const bytesTotal = files.reduce((sum, { file }) => sum + file.size, 0)
  let bytesRead = 0
  const counted = (bytes: number) => {
    bytesRead += bytes
  }
  const asText = await textOfRows(files, options)
  const asColumns = await columnsOfRows(files, options)
  const canContinue = await areContinued(files, options)
  return {
    read(from) {
      const place = placeOf(from)
      bytesRead = files.slice(0, place.file).reduce((sum, { file }) => sum + file.size, place.offset)
      const batches = readFiles(files, options, { counted, logger: project.logger }, place)
      return checkRows(canContinue ? batches : withoutCursors(batches), options)
    },
    progress: () => ({ bytesRead, bytesTotal }),
    identity: (isFull) => identifyFiles(files, isFull),
    ...(asText !== undefined ? { jsonLines: { paths: asText, idPrefixes: files.map(({ name }) => `${name}:`) } } : {}),
    ...(asColumns === undefined ? {} : { parquet: asColumns }),
  }
}

async function* readFiles(
  files: readonly FoundFile[],
  options: ReadOptions,
  observers: ReadObservers,
  from: SourcePlace,
): AsyncGenerator<SourceBatch> {
  for (const [index, file] of files.entries()) {
    if (index < from.file) continue
    const place = index === from.file ? from : fileStart
    for await (const batch of readFile(file, options, observers, place))
      yield batch.cursor === undefined ? batch : { ...batch, cursor: { ...batch.cursor, file: index } }
  }
}

async function* withoutCursors(batches: AsyncIterable<SourceBatch>): AsyncGenerator<SourceBatch> {
  for await (const { cursor: _, ...batch } of batches) yield batch
}

/**
 * Whether reading can go on at a byte of the files. With a key, all rows have to be read again, because a key that comes
 * twice is noticed only then.
 */
async function areContinued(files: readonly FoundFile[], { key, encoding }: ReadOptions): Promise<boolean> {
  if (key !== undefined || !isUtf8(encoding)) return false
  if (
    files.some(({ format, compression }) => compression !== undefined || !(format === 'jsonl' || isDelimited(format)))
  )
    return false
  for (const file of files) if (await hasMark(file)) return false
  return true
}

const isUtf8 = (encoding: string | undefined): boolean =>
  encoding === undefined || new TextDecoder(encoding).encoding === 'utf-8'

/** The paths of the files, if their lines are the rows unchanged, so that a table engine can read them directly. */
async function textOfRows(files: readonly FoundFile[], options: ReadOptions): Promise<readonly string[] | undefined> {
  const { schema, key, encoding, columns, where } = options
  if (where !== undefined || schema !== undefined || key !== undefined || partitionNames(files).length > 0)
    return undefined
  if (!isUtf8(encoding)) return undefined
  if (columns !== undefined && !Array.isArray(columns) && !areJsonTypes(columns)) return undefined
  if (files.some(({ format, compression }) => format !== 'jsonl' || compression !== undefined)) return undefined
  const paths = files.flatMap(({ file }) => file.localPath ?? [])
  if (paths.length < files.length || !paths.every(isNamableForEngines)) return undefined
  for (const file of files) if (await hasMark(file)) return undefined
  return paths
}

/** The columns of the files, if a table engine can read them directly. */
async function columnsOfRows(files: readonly FoundFile[], options: ReadOptions): Promise<ParquetFiles | undefined> {
  const { schema, key, where, columns } = options
  const isPlain = where === undefined && schema === undefined && key === undefined && partitionNames(files).length === 0
  if (!isPlain || files.some(({ format, compression }) => format !== 'parquet' || compression !== undefined))
    return undefined
  if (!files.every(({ file }) => isNamableForEngines(file.localPath ?? ''))) return undefined
  const declared = columns === undefined || Array.isArray(columns) ? {} : columns
  return plainColumns(files, askedColumns(options), declared)
}

/**
 * The columns that the options declare. Without a declaration, the columns of CSV and TSV are those of their headers,
 * as text.
 */
async function describeColumns(given: GivenReadOptions, project: Project): Promise<ColumnSet> {
  if (given.schema !== undefined) return declaredColumns(given)
  const files = await findFiles(given, project)
  const options = await withInferredColumns(given, files)
  const declared = declaredColumns(options)
  const found = withPartitionColumns(await statedColumns(files, options, declared), files, askedColumns(options))
  assertConditions(options, found)
  return found
}

/** @throws MAESTRO_FS_WHERE_COLUMN for a condition on a column that is not read */
function assertConditions({ path, key, where = {} }: ReadOptions, { columns, open }: ColumnSet): void {
  const isRead = (name: string) => name === key || Object.hasOwn(columns, name)
  const missing = open ? [] : conditionColumns(where)?.filter((name) => !isRead(name))
  if (missing === undefined || missing.length === 0) return
  throw fsError('MAESTRO_FS_WHERE_COLUMN', { path: [path].flat().join(', '), missing, read: Object.keys(columns) })
}

async function statedColumns(
  files: readonly FoundFile[],
  options: ReadOptions,
  declared: ColumnSet,
): Promise<ColumnSet> {
  if (files.every(({ format }) => isTyped(format))) return typedColumns(files, options, declared)
  // JavaScript moves members that are called like whole numbers; the header has the right order.
  const isMoved = !Array.isArray(options.columns) && needsColumnOrder(Object.keys(declared.columns))
  if (!declared.open && !isMoved) return declared
  const names = await headerColumns(files, options)
  if (names === undefined || names.length === 0) return declared
  if (!declared.open) return { columns: inOrder(declared.columns, names), open: false }
  return { columns: rowFromEntries(names.map((name) => [name, 'string'] as const)), open: false }
}

/** The columns in the order of these names. Others follow. */
function inOrder(columns: Columns, names: readonly string[]): Columns {
  const own = names.filter((name) => Object.hasOwn(columns, name))
  const all = new Set([...own, ...Object.keys(columns)])
  return rowFromEntries(Array.from(all, (name) => [name, columns[name] ?? 'unknown'] as const))
}

/** The columns that the files themselves state, or the declared ones with the types that the files state. */
async function typedColumns(
  files: readonly FoundFile[],
  options: ReadOptions,
  declared: ColumnSet,
): Promise<ColumnSet> {
  const inFolders = partitionNames(files)
  const asked = askedColumns(options)
  const inFiles = asked === undefined ? undefined : new Set([...asked].filter((name) => !inFolders.includes(name)))
  const formats = new Set(files.map(({ format }) => format))
  const [format] = formats
  const found =
    formats.size > 1
      ? declared
      : format === 'parquet'
        ? await parquetColumns(files, inFiles)
        : format === 'arrow'
          ? await arrowColumns(files, inFiles)
          : await excelColumns(files, { ...excelLayoutOf(options), asked: inFiles })
  if (declared.open) return found
  const typed = columnNames(declared.columns).map((name) => {
    const type = declared.columns[name] ?? 'unknown'
    return [name, type === 'unknown' ? (found.columns[name] ?? type) : type] as const
  })
  return { columns: rowFromEntries(typed), open: false }
}

function declaredColumns(options: GivenReadOptions): ColumnSet {
  const { schema, columns, header } = options
  if (schema !== undefined) return schemaColumns(schema)
  const formats = [options.path].flat().map((path) => options.format ?? formatByName(path))
  if (formats.every(isText)) {
    const asked = askedColumns(options)
    const all = Object.entries(textColumns(options))
    return { columns: Object.fromEntries(all.filter(([name]) => asked?.has(name) !== false)), open: false }
  }
  if (columns === 'infer') return { columns: {}, open: true }
  const names = columns ?? header
  if (names === undefined) return { columns: {}, open: true }
  if (!Array.isArray(names)) return { columns: names, open: false }
  const type = formats.every(isDelimited) ? 'string' : 'unknown'
  return { columns: rowFromEntries(names.map((name) => [name, type] as const)), open: false }
}

/** Whether a pattern of SQL can name a file: in such patterns, a backslash always separates folders. */
function isNamableForEngines(path: string): boolean {
  return sep === '\\' || !(path.includes('\\') && /[*?[]/.test(path))
}
