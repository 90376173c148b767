import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { basename, extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readData } from '../config/read-data.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { assertTrustedFile } from '../config/trusted-config.js'
import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { PipelineBuilder, type PipelineInput } from '../define/pipeline.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { moduleFailure } from '../errors/module-failure.js'
import { reasonOf } from '../errors/reason-of.js'
import { fromPipelineData } from './pipeline-data.js'
import { isParameterised, toDefinition } from './to-definition.js'

/**
 * Hop 2: reads a pipeline by its name, or by the path of its file.
 *
 * @param params The values of its parameters.
 * @throws MAESTRO_PIPELINE_UNKNOWN, _AMBIGUOUS, _LOAD, _NOT_A_PIPELINE, _MALFORMED, _PARAMS,
 *   MAESTRO_CONFIG_FILE_UNTRUSTED
 */
export async function loadPipeline(
  nameOrPath: string,
  config: Pick<ResolvedConfig, 'directory' | 'pipelines'>,
  params: Readonly<Record<string, unknown>> = {},
): Promise<PipelineDefinition> {
  return readPipeline(await findPipeline(nameOrPath, config), params)
}

/** The file of a pipeline. @throws MAESTRO_PIPELINE_UNKNOWN, MAESTRO_PIPELINE_AMBIGUOUS */
export async function findPipeline(
  nameOrPath: string,
  config: Pick<ResolvedConfig, 'directory' | 'pipelines'>,
): Promise<string> {
  const path = resolve(config.directory, nameOrPath)
  if (extname(nameOrPath) !== '' && existsSync(path)) return path
  const files = await pipelineFiles(config)
  const [named, ...others] = files.filter((file) => pipelineName(file) === nameOrPath)
  if (named !== undefined && others.length > 0)
    throw maestroError('MAESTRO_PIPELINE_AMBIGUOUS', {
      name: nameOrPath,
      files: [named, ...others].map((file) => relative(config.directory, file)),
    })
  if (named !== undefined) {
    assertTrustedFile(named, config.directory)
    return named
  }
  const known = files.map(pipelineName)
  // A mistyped path is compared by the name of its file, with or without the ending.
  const name = pipelineName(nameOrPath)
  const suggestion = known.includes(name) ? name : (didYouMean(name, known) ?? didYouMean(basename(nameOrPath), known))
  throw maestroError('MAESTRO_PIPELINE_UNKNOWN', { name: nameOrPath, known, suggestion })
}

/** The pipeline files of a project, sorted by path. */
export async function pipelineFiles(
  config: Pick<ResolvedConfig, 'directory' | 'pipelines'>,
): Promise<readonly string[]> {
  const files = await Array.fromAsync(glob([...config.pipelines], { cwd: config.directory }))
  // Globs may overlap.
  return [...new Set(files.map((file) => resolve(config.directory, file)))].sort()
}

/** The name of a pipeline is the name of its file. */
export function pipelineName(file: string): string {
  return basename(file, extname(file))
}

/** Reads a pipeline from its file. @throws MAESTRO_PIPELINE_LOAD, _NOT_A_PIPELINE, _MALFORMED, _PARAMS */
export async function readPipeline(
  path: string,
  params: Readonly<Record<string, unknown>>,
): Promise<PipelineDefinition> {
  const ending = extname(path)
  try {
    if (['.json', '.yaml', '.yml'].includes(ending))
      return fromPipelineData(await readData(path, await readFile(path, 'utf8')), path, params)
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    if (isPipeline(module.default)) return await toDefinition(module.default, params)
    throw maestroError('MAESTRO_PIPELINE_NOT_A_PIPELINE', {
      path,
      found: module.default === undefined ? 'nothing' : typeof module.default,
    })
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw moduleFailure(path, error) ?? maestroError('MAESTRO_PIPELINE_LOAD', { path, reason: reasonOf(error) }, error)
  }
}

function isPipeline(value: unknown): value is PipelineInput {
  if (value instanceof PipelineBuilder || isParameterised(value)) return true
  // A builder of another copy of this package is recognized by its definition.
  if (typeof value !== 'object' || value === null) return false
  return 'definition' in value || ('steps' in value && 'sinks' in value)
}
