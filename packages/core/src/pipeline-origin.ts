import { existsSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import type { ResolvedConfig } from './config/resolved-config.js'
import type { PipelineOrigin } from './contracts/step-workers.js'
import type { PipelineInput } from './define/pipeline.js'
import { MaestroError } from './errors/maestro-error.js'
import { findPipeline } from './pipeline/load-pipeline.js'
import { moduleHashes } from './pipeline/module-hashes.js'
import { encodeStepValue } from './provider/step-codec.js'
import type { RunSettings } from './run-settings.js'

/** Where workers find a pipeline, or why they cannot find it. */
export async function originOf(
  pipeline: PipelineInput | string,
  { params = {}, command }: RunSettings,
  { path, directory, pipelines }: ResolvedConfig,
): Promise<PipelineOrigin | string> {
  if (path === undefined) return 'the config is in code, and not in a file'
  const named = typeof pipeline === 'string' ? { pipeline, params } : command && { ...command, params: command.set }
  // A command that makes the pipeline itself, such as `maestro enrich`, names no file.
  const entry = named && (await findPipeline(named.pipeline, { directory, pipelines }).catch(() => undefined))
  if (named === undefined || entry === undefined) return 'the pipeline is in code, and not in a file of the project'
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
  }
}
