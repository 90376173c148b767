import type { PluginDefinition } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from './discover-plugins.js'

/** A plugin whose code is in memory and whose options are valid. */
export interface LoadedPlugin {
  readonly discovered: DiscoveredPlugin
  readonly definition: PluginDefinition
  readonly options: unknown
}

/**
 * Hop 4: imports plugins and checks their options.
 *
 * @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN, MAESTRO_PLUGIN_OPTIONS
 */
export function loadPlugins(plugins: readonly DiscoveredPlugin[]): Promise<readonly LoadedPlugin[]> {
  return Promise.all(plugins.map(loadPlugin))
}

async function loadPlugin(discovered: DiscoveredPlugin): Promise<LoadedPlugin> {
  const definition = await discovered.load()
  if (definition.options === undefined) return { discovered, definition, options: discovered.options }
  const result = await definition.options['~standard'].validate(discovered.options ?? {})
  if (result.issues === undefined) return { discovered, definition, options: result.value }
  throw maestroError('MAESTRO_PLUGIN_OPTIONS', { plugin: discovered.name, issues: result.issues.map(describeIssue) })
}

function describeIssue(issue: { readonly message: string; readonly path?: readonly unknown[] | undefined }): string {
  return issue.path === undefined || issue.path.length === 0
    ? issue.message
    : `${issue.path.map(String).join('.')}: ${issue.message}`
}
