import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { PipelineDefinition, Row } from '@maestro-dataflow/core'
import { loadPipeline, Maestro, pipelineFiles } from '@maestro-dataflow/core/runtime'
import { type CommandProject, pipelineArgument } from '../command-project.js'
import { cliError } from '../errors.js'
import { type InferredColumn, inferColumns } from './infer-columns.js'

/** The columns of a source, inferred from its first rows. */
export interface InferredSource {
  /** The kind of storage and, where it has one, its path. */
  readonly source: string
  /** The number of rows that were examined. */
  readonly rows: number
  readonly columns: readonly InferredColumn[]
}

interface InferSettings {
  readonly rows: number
  readonly set: Readonly<Record<string, string>>
}

/**
 * Reads the first rows of a pipeline's source, or of a file, without declared columns.
 *
 * @throws MAESTRO_CLI_INFER, MAESTRO_PIPELINE_*
 */
export async function inferSource(
  { config }: CommandProject,
  nameOrPath: string,
  { rows: limit, set }: InferSettings,
  signal: AbortSignal,
): Promise<InferredSource> {
  const isFile = await isDataFile(nameOrPath, config)
  const source = isFile
    ? { use: 'fs.file', options: { path: resolve(nameOrPath) } }
    : (await loadPipeline(pipelineArgument(nameOrPath), config, set)).source
  if (source === undefined || !('use' in source))
    throw cliError('MAESTRO_CLI_INFER', { source: nameOrPath, reason: 'its rows are given in code, and typed there.' })
  const options = withoutColumns(source.options)
  const definition: PipelineDefinition = {
    name: 'first-rows',
    source: { use: source.use, options },
    steps: [],
    sinks: [],
  }
  // A file that is named on the command line may be anywhere.
  const project = new Maestro(async () => ({ ...config, allowOutsidePaths: isFile || config.allowOutsidePaths }))
  let rows: readonly Row[]
  try {
    rows = await Array.fromAsync(project.rows(definition, { limit, signal }))
  } finally {
    await project.dispose()
  }
  if (rows.length === 0) throw cliError('MAESTRO_CLI_INFER', { source: nameOrPath, reason: 'it has no rows.' })
  const path = isFile
    ? nameOrPath
    : [options.path]
        .flat()
        .filter((part) => typeof part === 'string')
        .join(', ')
  return {
    source: path === '' ? source.use : `${source.use} ${path}`,
    rows: rows.length,
    columns: inferColumns(rows, holdsCells(options) ? 'cells' : 'values'),
  }
}

/** Whether the path is a data file and not a pipeline. A JSON file may be either. */
async function isDataFile(nameOrPath: string, config: CommandProject['config']): Promise<boolean> {
  const ending = extname(nameOrPath)
  const path = resolve(nameOrPath)
  if (ending === '' || !existsSync(path) || /^\.(m?[jt]s|ya?ml)$/.test(ending)) return false
  return ending !== '.json' || !(await pipelineFiles(config)).includes(path)
}

function withoutColumns(options: unknown): Readonly<Record<string, unknown>> {
  const {
    columns: _columns,
    schema: _schema,
    types: _types,
    ...rest
  } = (options ?? {}) as Readonly<Record<string, unknown>>
  return rest
}

/** Whether all values are text because the format has no other type. */
function holdsCells({ format, path }: Readonly<Record<string, unknown>>): boolean {
  if (format !== undefined) return format === 'csv' || format === 'tsv'
  return [path].flat().some((part) => typeof part === 'string' && /\.[ct]sv(\.(gz|zst))?$/i.test(part))
}
