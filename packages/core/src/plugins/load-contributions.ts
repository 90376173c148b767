import { createLogger } from '../builtin/logger.js'
import type { Redactor } from '../builtin/redactor.js'
import type { ContributionKind, Contributions } from '../contracts/hooks.js'
import { contributionKinds } from '../hooks/contribution-kinds.js'
import { createLifecycleHooks } from '../hooks/create-hooks.js'
import type { DiscoveredPlugin } from './discover-plugins.js'
import { loadPlugins } from './load-plugins.js'
import { registerPlugins } from './register-plugins.js'

/** One thing that a plugin contributes, as its code defines it. */
export type Contribution = {
  readonly [Kind in ContributionKind]: {
    readonly kind: Kind
    readonly name: string
    /** The plugin's name. */
    readonly plugin: string
    readonly definition: Contributions[Kind]
  }
}[ContributionKind]

/**
 * Loads plugins and gives what they contribute, for tools that describe it.
 *
 * @param redactor Is told each secret among the plugins' options.
 * @throws MAESTRO_PLUGIN_*, MAESTRO_REGISTRY_DUPLICATE
 */
export async function loadContributions(
  plugins: readonly DiscoveredPlugin[],
  directory: string,
  redactor: Redactor,
): Promise<readonly Contribution[]> {
  const registry = registerPlugins(await loadPlugins(plugins, redactor.add), {
    hooks: createLifecycleHooks(),
    logger: createLogger({ level: 'silent', redactor }),
    directory,
    configured: plugins,
  })
  return contributionKinds.flatMap((kind) =>
    registry.names(kind).map((name) => {
      const definition = registry.get(kind, name, name)
      return { kind, name, plugin: registry.pluginOf(kind, name) ?? '', definition } as Contribution
    }),
  )
}
