import { existsSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { PipelineOrigin } from './contracts/step-workers.js'
import type { PipelineInput } from './define/pipeline.js'
import { MaestroError } from './errors/maestro-error.js'
import { type CodeParts, moduleHashes } from './pipeline/code/module-hashes.js'
import { findPipeline } from './pipeline/load-pipeline.js'
import type { DiscoveredPlugin } from './plugins/discover-plugins.js'
import { encodeStepValue } from './provider/step-codec.js'
import type { RunSettings } from './run-settings.js'

/** A pipeline in a file. */
export interface PipelineFile {
  /** Its name, or its path from the folder of the config. */
  readonly pipeline: string
  readonly params: Readonly<Record<string, unknown>>
  readonly entry: string
}

/** The file of a pipeline; undefined for one in code. */
export async function fileOf(
  pipeline: PipelineInput | string,
  { params = {}, command }: RunSettings,
  { directory, pipelines }: ResolvedConfig,
): Promise<PipelineFile | undefined> {
  const named = typeof pipeline === 'string' ? { pipeline, params } : command && { ...command, params: command.set }
  // A command that makes the pipeline itself, such as `maestro enrich`, names no file.
  const entry = named && (await findPipeline(named.pipeline, { directory, pipelines }).catch(() => undefined))
  return named === undefined || entry === undefined ? undefined : { ...named, entry }
}

/**
 * Where workers find a pipeline, or why they cannot find it.
 *
 * @param plugins Those that contribute its operators and models.
 */
export function originOf(
  named: PipelineFile | undefined,
  { path, directory }: ResolvedConfig,
  plugins: readonly Pick<DiscoveredPlugin, 'name' | 'version' | 'origin' | 'path'>[],
): PipelineOrigin | string {
  if (path === undefined) return 'the config is in code, and not in a file'
  if (named === undefined) return 'the pipeline is in code, and not in a file of the project'
  const { entry } = named
  const file = resolve(directory, named.pipeline)
  const isFile = extname(named.pipeline) !== '' && existsSync(file)
  try {
    encodeStepValue(named.params)
  } catch (error) {
    if (MaestroError.is(error)) return 'the parameters of the pipeline are more than data'
    throw error
  }
  return {
    config: path,
    file: relative(directory, entry),
    pipeline: isFile ? relative(directory, file) : named.pipeline,
    params: named.params,
    modules: moduleHashes(entry, directory),
    plugins: Object.assign({}, ...plugins.map((plugin) => partsOfPlugin(plugin, path, directory))),
  }
}

/** @param config Where a plugin in code stands, or what imports it. */
function partsOfPlugin(
  { name, version = 'no version', origin, path }: Pick<DiscoveredPlugin, 'name' | 'version' | 'origin' | 'path'>,
  config: string,
  directory: string,
): CodeParts {
  if (origin === 'package') return { [`the plugin ${name}`]: version }
  return moduleHashes(origin === 'file' && path !== undefined ? path : config, directory)
}
