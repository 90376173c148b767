import { resolveEnvironment } from '../config/resolve-environment.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import { describeIssues } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from './discover-plugins.js'

/** A plugin whose code is loaded and whose options are valid. */
export interface LoadedPlugin {
  readonly discovered: DiscoveredPlugin
  readonly definition: PluginDefinition
  readonly options: unknown
}

/**
 * Hop 4: imports plugins and checks their options.
 *
 * @param keepSecret Called with each secret among the options, so that it is never shown.
 * @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN, MAESTRO_PLUGIN_OPTIONS, MAESTRO_CONFIG_ENV_MISSING
 */
export function loadPlugins(
  plugins: readonly DiscoveredPlugin[],
  keepSecret: (value: string) => void,
): Promise<readonly LoadedPlugin[]> {
  return Promise.all(plugins.map((plugin) => loadPlugin(plugin, keepSecret)))
}

async function loadPlugin(discovered: DiscoveredPlugin, keepSecret: (value: string) => void): Promise<LoadedPlugin> {
  const definition = await discovered.load()
  const options = resolveEnvironment(discovered.options, `the options of ${discovered.name}`, keepSecret)
  if (definition.options === undefined) return { discovered, definition, options }
  const result = await definition.options['~standard'].validate(options ?? {})
  if (result.issues === undefined) return { discovered, definition, options: result.value }
  throw maestroError('MAESTRO_PLUGIN_OPTIONS', {
    plugin: discovered.name,
    issues: describeIssues(result.issues, options ?? {}),
  })
}
