import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { PluginDefinition, PluginReference } from '@maestro-dataflow/core'
import { Maestro, type ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { configOrNone } from '../command-project.js'
import type { GlobalOptions } from '../commands/command.js'
import { cliError } from '../errors.js'
import { namedModel } from '../models/model-providers.js'

type Servings = ResolvedConfig['servings']

const embedded = { use: 'local.chat', model: 'smollm2-135m-instruct' }

/** The components that `enrich` uses, and the plugins that contribute them. */
const parts = [
  { kind: 'storages', name: 'fs.file', plugin: '@maestro-dataflow/plugin-fs' },
  { kind: 'operators', name: 'ai.generate', plugin: '@maestro-dataflow/plugin-ai' },
  { kind: 'servings', name: 'local.chat', plugin: '@maestro-dataflow/plugin-local' },
  { kind: 'servings', name: 'openai.chat', plugin: '@maestro-dataflow/plugin-openai' },
  { kind: 'servings', name: 'ollama.chat', plugin: '@maestro-dataflow/plugin-ollama' },
  { kind: 'servings', name: 'ai-sdk.chat', plugin: '@maestro-dataflow/plugin-ai-sdk' },
] as const

export interface EnrichSettings extends GlobalOptions {
  readonly serving?: string
  readonly model?: string
}

/**
 * The config of the project, or an empty one if there is none, with the parts that `enrich` needs added: plugins for
 * files and questions, and the embedded model as `default`. Files that are named on the command line may be anywhere.
 *
 * @throws MAESTRO_CONFIG_*, MAESTRO_CLI_MODEL, MAESTRO_CLI_PLUGINS_MISSING
 */
export async function enrichConfig(settings: EnrichSettings): Promise<ResolvedConfig> {
  const { serving = 'default', verbose = false } = settings
  const found = await configOrNone(settings.config)
  const servings = withServing(found.servings, serving, settings.model)
  const uses = Object.values(servings).flatMap((configured) => ('use' in configured ? [configured.use] : []))
  const names: readonly string[] = ['fs.file', 'ai.generate', ...uses]
  return {
    ...found,
    servings,
    plugins: [...found.plugins, ...(await missingPlugins(found, names))],
    allowOutsidePaths: true,
    ...(verbose ? { logLevel: 'debug' as const } : {}),
  }
}

/** The servings, with the requested one and its model. If the serving does not exist, the plan reports it. */
function withServing(servings: Servings, name: string, model: string | undefined): Servings {
  const configured = Object.hasOwn(servings, name) ? servings[name] : name === 'default' ? embedded : namedModel(name)
  if (configured === undefined) return servings
  if (model === undefined) return { ...servings, [name]: configured }
  if (!('use' in configured)) throw cliError('MAESTRO_CLI_MODEL', { serving: name })
  return { ...servings, [name]: { ...configured, model: existsSync(model) ? resolve(model) : model } }
}

/** Plugins that contribute what the config's own plugins lack. */
async function missingPlugins(config: ResolvedConfig, names: readonly string[]): Promise<readonly PluginReference[]> {
  const own = await new Maestro(async () => config).plugins()
  const lacking = parts.filter(
    ({ kind, name }) =>
      names.includes(name) && !own.some(({ manifest }) => Object.hasOwn(manifest?.contributes?.[kind] ?? {}, name)),
  )
  const found = await Promise.all(
    lacking.map(async ({ plugin }) => ({ plugin, reference: await findPlugin(plugin, config.directory) })),
  )
  const plugins = found.filter(({ reference }) => reference === undefined).map(({ plugin }) => plugin)
  if (plugins.length > 0) throw cliError('MAESTRO_CLI_PLUGINS_MISSING', { plugins, directory: config.directory })
  return found.flatMap(({ reference }) => (reference === undefined ? [] : [reference]))
}

/** A plugin that is installed in the project or else beside this package. */
async function findPlugin(name: string, directory: string): Promise<PluginReference | undefined> {
  if (isInstalled(name, join(directory, 'package.json'))) return name
  if (!isInstalled(name, import.meta.filename)) return undefined
  return ((await import(name)) as { readonly default: PluginDefinition }).default
}

function isInstalled(name: string, from: string): boolean {
  try {
    createRequire(from).resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}
