import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from './discover-plugins.js'

/**
 * Orders plugins so that each comes after those that it requires, and otherwise in the order of the config.
 *
 * @throws MAESTRO_PLUGIN_REQUIRES_MISSING, MAESTRO_PLUGIN_REQUIRES_CYCLE
 */
export function orderPlugins(plugins: readonly DiscoveredPlugin[]): readonly DiscoveredPlugin[] {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  const ordered = new Set<DiscoveredPlugin>()
  const visit = (plugin: DiscoveredPlugin, path: readonly string[]): void => {
    if (ordered.has(plugin)) return
    const here = path.indexOf(plugin.name)
    if (here !== -1)
      throw maestroError('MAESTRO_PLUGIN_REQUIRES_CYCLE', { plugins: [...path.slice(here), plugin.name] })
    for (const requires of plugin.manifest?.requires ?? []) {
      const required = byName.get(requires)
      if (required === undefined)
        throw maestroError('MAESTRO_PLUGIN_REQUIRES_MISSING', { plugin: plugin.name, requires })
      visit(required, [...path, plugin.name])
    }
    ordered.add(plugin)
  }
  for (const plugin of plugins) visit(plugin, [])
  return [...ordered]
}
