import { unknownSetting } from '../config/resolve-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from '../plugins/discover-plugins.js'
import { isolatePlugin } from './isolate-plugin.js'

/**
 * The plugins of a config, of which those that `permissions` names run in a process of their own.
 *
 * @throws MAESTRO_CONFIG_INVALID for a name that is not in `plugins`, MAESTRO_PLUGIN_NOT_ISOLABLE
 */
export function enforcePermissions(
  plugins: readonly DiscoveredPlugin[],
  config: ResolvedConfig,
): readonly DiscoveredPlugin[] {
  const enforced = Object.keys(config.permissions)
  const names = plugins.map(({ name }) => name)
  const unknown = enforced.filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    const issues = unknown.map((name) => unknownSetting(`permissions.${name}`, didYouMean(name, names), names))
    throw maestroError('MAESTRO_CONFIG_INVALID', { path: config.path ?? 'given in code', issues })
  }
  return plugins.map((plugin) => (enforced.includes(plugin.name) ? isolatePlugin(plugin, config) : plugin))
}
