import { MaestroError, type PluginReference } from '@maestro-dataflow/core'
import { type Contribution, type DiscoveredPlugin, Maestro } from '@maestro-dataflow/core/runtime'
import { type Check, failed } from './check.js'

/** What was found of the plugins, and what those that can be loaded contribute. */
export interface CheckedPlugins {
  readonly checks: readonly Check[]
  readonly contributions: readonly Contribution[]
}

/** Whether each plugin is there, says what it is, and can be loaded. This runs their code. */
export async function checkPlugins(project: Maestro): Promise<CheckedPlugins> {
  const { plugins } = await project.config()
  if (plugins.length === 0) {
    const hint = "Add some to `plugins`, such as '@maestro-dataflow/plugin-fs' for files."
    return { checks: [{ name: 'plugins', status: 'warn', message: 'the config has none', hint }], contributions: [] }
  }
  const missing = (await Promise.all(plugins.map((plugin) => discoveryFault(project, plugin)))).flat()
  if (missing.length > 0) return { checks: missing, contributions: [] }
  let discovered: readonly DiscoveredPlugin[]
  try {
    discovered = await project.plugins()
  } catch (error) {
    return { checks: [failed('plugins', error)], contributions: [] }
  }
  const loaded = await Promise.all(discovered.map((plugin) => loadPlugin(project, plugin)))
  return {
    checks: loaded.map(({ check }) => check),
    contributions: loaded.flatMap(({ contributions }) => contributions),
  }
}

/** Each plugin is looked for by itself, so that all faults are told at once. */
async function discoveryFault(project: Maestro, plugin: PluginReference): Promise<readonly Check[]> {
  const config = await project.config()
  try {
    await new Maestro(async () => ({ ...config, plugins: [plugin] })).plugins()
    return []
  } catch (error) {
    // The plugins it requires may stand elsewhere in the config.
    return MaestroError.is(error, 'MAESTRO_PLUGIN_REQUIRES_MISSING') ? [] : [failed(`plugin ${nameOf(plugin)}`, error)]
  }
}

function nameOf(plugin: PluginReference): string {
  if (typeof plugin === 'string') return plugin
  if ('plugin' in plugin) return plugin.plugin.name
  return 'apply' in plugin ? plugin.name : plugin[0]
}

async function loadPlugin(
  project: Maestro,
  { name, version }: DiscoveredPlugin,
): Promise<{ readonly check: Check; readonly contributions: readonly Contribution[] }> {
  try {
    const contributions = await project.contributionsOf(name)
    const names = contributions.map((contribution) => contribution.name)
    const brings = names.length > 3 ? `${names.length} things` : names.join(', ') || 'nothing, and may observe'
    const message = `${version === undefined ? '' : `${version}, `}brings ${brings}`
    return { check: { name: `plugin ${name}`, status: 'ok', message }, contributions }
  } catch (error) {
    return { check: failed(`plugin ${name}`, error), contributions: [] }
  }
}
