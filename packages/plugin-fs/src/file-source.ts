import { existsSync, statSync } from 'node:fs'
import {
  type ColumnSet,
  type Columns,
  MaestroError,
  maestroError,
  type Row,
  type SourceBatch,
  type SourceDefinition,
  type SourceReject,
} from '@maestro-dataflow/core'
import { glob, isDynamicPattern } from 'tinyglobby'
import { type FileFormat, formatOf } from './format.js'
import { type ReadOptions, readOptions } from './options.js'
import { displayPath, projectPath } from './project-path.js'
import { readBytes } from './read-bytes.js'
import { readDelimited } from './read-delimited.js'
import { readJsonl } from './read-jsonl.js'

/** The source `fs.file`. */
export const fileSource: SourceDefinition<ReadOptions> = {
  options: readOptions,
  columns: declaredColumns,
  async check(options, { directory, allowOutside }) {
    try {
      await findFiles(options, directory, allowOutside)
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, { directory, allowOutside }) {
    const files = await findFiles(options, directory, allowOutside)
    const bytesTotal = files.reduce((sum, path) => sum + statSync(path).size, 0)
    let bytesRead = 0
    const count = (bytes: number) => {
      bytesRead += bytes
    }
    const read = () => checkRows(readFiles(files, options.format, directory, count), options)
    const plain = options.schema === undefined && options.key === undefined
    const text = files.every((path) => isPlainJsonl(path, options.format))
    const names = files.map((path) => `${displayPath(path, directory)}:`)
    return {
      read,
      progress: () => ({ bytesRead, bytesTotal }),
      ...(plain && text ? { jsonLines: { paths: files, idPrefixes: names } } : {}),
    }
  },
}

function isPlainJsonl(path: string, given: FileFormat | undefined): boolean {
  const { format, compression } = formatOf(path, given)
  return format === 'jsonl' && compression === undefined
}

/** @throws MAESTRO_STORAGE_NOT_FOUND, MAESTRO_STORAGE_PATH_OUTSIDE, MAESTRO_FS_FORMAT_UNKNOWN */
async function findFiles(options: ReadOptions, directory: string, allowOutside: boolean): Promise<readonly string[]> {
  const files: string[] = []
  for (const path of typeof options.path === 'string' ? [options.path] : options.path) {
    const found = isDynamicPattern(path) ? (await glob(path, { cwd: directory, absolute: true })).sort() : [path]
    if (found.length === 0) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })
    for (const file of found) {
      const absolute = projectPath(file, directory, allowOutside)
      if (!existsSync(absolute)) throw maestroError('MAESTRO_STORAGE_NOT_FOUND', { path })
      formatOf(absolute, options.format)
      files.push(absolute)
    }
  }
  return files
}

async function* readFiles(
  files: readonly string[],
  given: FileFormat | undefined,
  directory: string,
  count: (bytes: number) => void,
): AsyncGenerator<SourceBatch> {
  for (const path of files) {
    const { format, compression } = formatOf(path, given)
    const name = displayPath(path, directory)
    try {
      const bytes = readBytes(path, compression, count)
      yield* format === 'jsonl' ? readJsonl(bytes, name) : readDelimited(bytes, name, format === 'csv' ? ',' : '\t')
    } catch (error) {
      if (MaestroError.is(error)) throw error
      throw maestroError('MAESTRO_STORAGE_READ', { location: name, reason: (error as Error).message }, error)
    }
  }
}

/** Applies the schema and the key; rows that fit neither become rejects. */
async function* checkRows(
  batches: AsyncIterable<SourceBatch>,
  { schema, key }: ReadOptions,
): AsyncGenerator<SourceBatch> {
  const seen = new Set<string>()
  for await (const batch of batches) {
    if (schema === undefined && key === undefined) {
      yield batch
      continue
    }
    const ids: string[] = []
    const rows: Row[] = []
    const rejects: SourceReject[] = [...(batch.rejects ?? [])]
    for (const [index, row] of batch.rows.entries()) {
      const place = batch.ids[index] ?? ''
      const result = schema === undefined ? { value: row } : await schema['~standard'].validate(row)
      if (result.issues !== undefined) {
        const issues = result.issues.map(
          (issue) =>
            `${(issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: ${issue.message}`,
        )
        rejects.push({ id: place, row, error: maestroError('MAESTRO_ROW_SCHEMA', { location: place, issues }) })
        continue
      }
      const id = key === undefined ? place : String(row[key] ?? '')
      if (key !== undefined && seen.has(id)) {
        rejects.push({ id: place, row, error: maestroError('MAESTRO_RUN_DUPLICATE_ID', { column: key, value: id }) })
        continue
      }
      if (key !== undefined) seen.add(id)
      ids.push(id)
      rows.push(result.value as Row)
    }
    yield { ids, rows, rejects, ...(batch.bytes === undefined ? {} : { bytes: batch.bytes }) }
  }
}

function declaredColumns(options: ReadOptions): ColumnSet {
  const { schema, columns } = options
  if (schema !== undefined) return schemaColumns(schema)
  if (columns === undefined) return { columns: {}, open: true }
  if (!Array.isArray(columns)) return { columns, open: false }
  const text = typeof options.path === 'string' && /\.[ct]sv(\.|$)/i.test(options.path)
  return {
    columns: Object.fromEntries(columns.map((name) => [name, text ? 'string' : 'unknown'] as const)),
    open: false,
  }
}

/** The columns of a schema, by its JSON Schema. */
function schemaColumns(schema: NonNullable<ReadOptions['schema']>): ColumnSet {
  const standard = schema['~standard'] as {
    jsonSchema?: { output(options: object): { properties?: Record<string, { type?: unknown }> } }
  }
  const properties = standard.jsonSchema?.output({
    target: 'draft-2020-12',
    libraryOptions: { unrepresentable: 'any' },
  }).properties
  if (properties === undefined) return { columns: {}, open: true }
  const types: Record<string, Columns[string]> = {
    string: 'string',
    number: 'number',
    integer: 'integer',
    boolean: 'boolean',
    object: 'json',
    array: 'json',
  }
  return {
    columns: Object.fromEntries(
      Object.entries(properties).map(([name, { type }]) => [name, types[String(type)] ?? 'unknown']),
    ),
    open: false,
  }
}
