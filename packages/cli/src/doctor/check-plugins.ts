import { MaestroError, type PluginReference } from '@maestro-dataflow/core'
import { type Contribution, type DiscoveredPlugin, Maestro, pipelineFiles } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'

/** The plugins that were found, and the contributions of those that were loaded. */
export interface CheckedPlugins {
  readonly checks: readonly Check[]
  /** Undefined when a plugin is missing or its manifest cannot be read. */
  readonly discovered: readonly DiscoveredPlugin[] | undefined
  readonly contributions: readonly Contribution[]
}

/**
 * Checks whether each plugin exists, has a manifest, and can be loaded. The code of a package runs only if the config
 * or a pipeline uses one of its contributions.
 */
export async function checkPlugins(project: Maestro): Promise<CheckedPlugins> {
  const { plugins } = await project.config()
  if (plugins.length === 0) {
    const hint = "Add some to `plugins`, such as '@maestro-dataflow/plugin-fs' for files."
    return {
      checks: [{ name: 'plugins', status: 'warn', message: 'the config has none', hint }],
      discovered: [],
      contributions: [],
    }
  }
  const missing = (await Promise.all(plugins.map((plugin) => discoveryFault(project, plugin)))).flat()
  if (missing.length > 0) return { checks: missing, discovered: undefined, contributions: [] }
  let discovered: readonly DiscoveredPlugin[]
  try {
    discovered = await project.plugins()
  } catch (error) {
    return { checks: [failed('plugins', error)], discovered: undefined, contributions: [] }
  }
  const used = await pluginsInUse(project)
  const loaded = await Promise.all(
    discovered.map((plugin) => (used.has(plugin.name) ? loadPlugin(project, plugin) : notUsed(plugin))),
  )
  return {
    discovered,
    checks: loaded.map(({ check }) => check),
    contributions: loaded.flatMap(({ contributions }) => contributions),
  }
}

/** Searches for each plugin separately, so that all faults are reported at once. */
async function discoveryFault(project: Maestro, plugin: PluginReference): Promise<readonly Check[]> {
  const config = await project.config()
  try {
    await new Maestro(async () => ({ ...config, plugins: [plugin] })).plugins()
    return []
  } catch (error) {
    // The plugins that it requires may be elsewhere in the config.
    return MaestroError.is(error, 'MAESTRO_PLUGIN_REQUIRES_MISSING') ? [] : [failed(`plugin ${nameOf(plugin)}`, error)]
  }
}

function nameOf(plugin: PluginReference): string {
  if (typeof plugin === 'string') return plugin
  if ('plugin' in plugin) return plugin.plugin.name
  return 'apply' in plugin ? plugin.name : plugin[0]
}

/** The names of the plugins that the config and the pipelines use. */
async function pluginsInUse(project: Maestro): Promise<ReadonlySet<string>> {
  const used = new Set((await project.pluginsOfConfig()).map(({ name }) => name))
  for (const file of await pipelineFiles(await project.config())) {
    try {
      for (const { name } of await project.pluginsOf(file)) used.add(name)
    } catch (error) {
      // The check of the pipeline reports the error. The plugin that could not be loaded counts as used.
      if (MaestroError.is(error) && typeof error.details.plugin === 'string') used.add(error.details.plugin)
    }
  }
  return used
}

interface CheckedPlugin {
  readonly check: Check
  readonly contributions: readonly Contribution[]
}

async function loadPlugin(project: Maestro, plugin: DiscoveredPlugin): Promise<CheckedPlugin> {
  const name = `plugin ${plugin.name}`
  try {
    const contributions = await project.contributionsOf(plugin.name)
    const message = described(
      plugin,
      contributions.map((contribution) => contribution.name),
    )
    const check: Check =
      plugin.notes.length === 0
        ? { name, status: 'ok', message }
        : {
            name,
            status: 'warn',
            message: [message, ...plugin.notes].join('. '),
            hint: 'Install versions of the plugin and of @maestro-dataflow/core that go together.',
          }
    return { check, contributions }
  } catch (error) {
    return { check: failed(name, error), contributions: [] }
  }
}

function notUsed(plugin: DiscoveredPlugin): CheckedPlugin {
  const names = Object.values(plugin.manifest?.contributes ?? {}).flatMap((contributed) => Object.keys(contributed))
  const message = `${described(plugin, names)}; it was not loaded, because neither the config nor a pipeline uses it`
  return { check: { name: `plugin ${plugin.name}`, status: 'ok', message }, contributions: [] }
}

function described({ version }: DiscoveredPlugin, names: readonly string[]): string {
  const contributes = names.length > 3 ? `${names.length} things` : names.join(', ') || 'nothing, and may observe'
  return `${version === undefined ? '' : `${version}, `}contributes ${contributes}`
}
