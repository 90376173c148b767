import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { MaestroError, type PipelineDefinition, type PluginReference } from '@maestro-dataflow/core'
import { loadPipeline, Maestro, maestro, openProject, type ResolvedConfig } from '@maestro-dataflow/core/runtime'
import type { GlobalOptions } from './commands/command.js'
import { constantPrompts } from './constant-prompts.js'
import { cliError } from './errors.js'
import { printMessage } from './terminal/print.js'

/** The options of commands that run or check a pipeline. */
export interface PipelineOptions extends GlobalOptions {
  /** The serving that operators ask instead of the one named `default`. */
  readonly serving?: string | undefined
}

/** The project of the working directory, as a command sees it. */
export interface CommandProject {
  readonly project: Maestro
  readonly config: ResolvedConfig
}

/**
 * Opens the project with the additions of the command line to its config.
 *
 * @param plugins More plugins, such as one that shows progress.
 * @throws MAESTRO_CONFIG_*, MAESTRO_CLI_SERVING
 */
export async function openCommandProject(
  { config: file, verbose = false, serving }: PipelineOptions,
  plugins: readonly PluginReference[] = [],
): Promise<CommandProject> {
  const found = await openProject(file === undefined ? {} : { file }).config()
  const config: ResolvedConfig = {
    ...found,
    servings: withDefault(found.servings, serving),
    plugins: [...found.plugins, ...plugins],
    ...(verbose ? { logLevel: 'debug' as const } : {}),
  }
  return { project: new Maestro(async () => config), config }
}

type Servings = ResolvedConfig['servings']

/** The servings, of which `name` is also the default one. */
function withDefault(servings: Servings, name: string | undefined): Servings {
  if (name === undefined) return servings
  const serving = Object.hasOwn(servings, name) ? servings[name] : undefined
  if (serving === undefined) throw cliError('MAESTRO_CLI_SERVING', { serving: name, known: Object.keys(servings) })
  // A fallback still means the default of the config.
  const renamed = Object.fromEntries(
    Object.entries({ ...servings, default: serving }).map(([known, entry]) => [
      known,
      'fallback' in entry && entry.fallback === 'default' ? { ...entry, fallback: defaultOfConfig } : entry,
    ]),
  )
  const { default: own } = servings
  return own === undefined ? renamed : { ...renamed, [defaultOfConfig]: own }
}

/** The name of the default serving of the config while `--serving` names another one. */
const defaultOfConfig = 'default of the config'

/** The named config, the one that is found from the working directory, or an empty one. @throws MAESTRO_CONFIG_* */
export async function configOrNone(file: string | undefined): Promise<ResolvedConfig> {
  if (file !== undefined) return openProject({ file }).config()
  try {
    return await openProject().config()
  } catch (error) {
    if (!MaestroError.is(error, 'MAESTRO_CONFIG_NOT_FOUND')) throw error
    return maestro({ directory: process.cwd() }).config()
  }
}

/** Loads the named pipeline with its parameters, and reports likely mistakes. @throws MAESTRO_PIPELINE_* */
export async function openPipeline(
  nameOrPath: string,
  config: ResolvedConfig,
  set: Readonly<Record<string, string>>,
): Promise<PipelineDefinition> {
  const definition = await loadPipeline(pipelineArgument(nameOrPath), config, set)
  for (const warning of constantPrompts(definition)) printMessage(`warning: ${warning}\n`)
  return definition
}

/** A pipeline as an argument: a file is resolved from the working directory, a name stays a name. */
export function pipelineArgument(nameOrPath: string): string {
  const path = resolve(nameOrPath)
  return extname(nameOrPath) !== '' && existsSync(path) ? path : nameOrPath
}
