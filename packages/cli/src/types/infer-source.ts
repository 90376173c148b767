import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { PipelineDefinition } from '@maestro-dataflow/core'
import { type InferredSource, loadPipeline, Maestro, pipelineFiles } from '@maestro-dataflow/core/runtime'
import { type CommandProject, pipelineArgument } from '../command-project.js'
import { cliError } from '../errors.js'

/** What the first rows of a source say about it. */
export interface NamedInference extends InferredSource {
  /** The kind of storage and, where it has one, its path. */
  readonly source: string
}

interface InferSettings {
  readonly rows: number | undefined
  readonly set: Readonly<Record<string, string>>
}

/**
 * What the first rows of a pipeline's source, or of a file, say without declared columns.
 *
 * @throws MAESTRO_CLI_INFER, MAESTRO_PIPELINE_*
 */
export async function inferSource(
  { config }: CommandProject,
  nameOrPath: string,
  { rows, set }: InferSettings,
  signal: AbortSignal,
): Promise<NamedInference> {
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
  let found: InferredSource
  try {
    found = await project.inferSource(definition, { rows, signal })
  } finally {
    await project.dispose()
  }
  if (found.rows === 0) throw cliError('MAESTRO_CLI_INFER', { source: nameOrPath, reason: 'it has no rows.' })
  const path = isFile
    ? nameOrPath
    : [options.path]
        .flat()
        .filter((part) => typeof part === 'string')
        .join(', ')
  return { source: path === '' ? source.use : `${source.use} ${path}`, ...found }
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
