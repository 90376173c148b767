import type { LifecycleHooks } from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { PluginContext } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { contributionKinds } from '../hooks/contribution-kinds.js'
import { createContributionHooks } from '../hooks/create-hooks.js'
import type { DiscoveredPlugin } from './discover-plugins.js'
import type { LoadedPlugin } from './load-plugins.js'
import { Registry } from './registry.js'

/** What hop 6 needs of the hops before it. */
export interface RegisterContext {
  readonly hooks: LifecycleHooks
  readonly logger: Logger
  readonly directory: string
  /** @default false */
  readonly allowOutsidePaths?: boolean
  /** @default false */
  readonly allowPrivateAddresses?: boolean
  /** All plugins of the config, loaded or not: their names serve suggestions. */
  readonly configured: readonly DiscoveredPlugin[]
}

/**
 * Hop 6: lets each plugin tap the hooks, collects what it contributes, holds that against its manifest, and seals.
 *
 * @throws MAESTRO_PLUGIN_APPLY, MAESTRO_PLUGIN_MANIFEST_MISMATCH, MAESTRO_REGISTRY_DUPLICATE
 */
export function registerPlugins(plugins: readonly LoadedPlugin[], context: RegisterContext): Registry {
  const announced = new Map(
    contributionKinds.map((kind) => [
      kind,
      context.configured.flatMap((plugin) => Object.keys(plugin.manifest?.contributes?.[kind] ?? {})),
    ]),
  )
  const registry = new Registry(announced)
  for (const plugin of plugins) applyPlugin(plugin, registry, context)
  return registry.seal()
}

function applyPlugin(
  { discovered, definition, options }: LoadedPlugin,
  registry: Registry,
  context: RegisterContext,
): void {
  const { name } = discovered
  const own = createContributionHooks()
  const pluginContext: PluginContext = {
    options,
    logger: context.logger.child({ plugin: name }),
    directory: context.directory,
    allowOutsidePaths: context.allowOutsidePaths ?? false,
    allowPrivateAddresses: context.allowPrivateAddresses ?? false,
  }
  try {
    assertSynchronous(name, definition.apply({ ...context.hooks, ...own }, pluginContext))
    for (const kind of contributionKinds) own[kind].call(registry.registrar(kind, name) as never)
  } catch (error) {
    if (MaestroError.is(error)) throw error.at({ plugin: name })
    throw maestroError(
      'MAESTRO_PLUGIN_APPLY',
      { plugin: name, reason: error instanceof Error ? error.message : String(error) },
      error,
    )
  }
  if (discovered.manifest !== undefined) assertManifest(discovered, registry)
}

/** What an asynchronous `apply` taps would come too late. */
function assertSynchronous(plugin: string, result: unknown): void {
  if (!(result instanceof Promise)) return
  result.catch(() => undefined)
  throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason: 'apply() must not be asynchronous' })
}

function assertManifest({ name, manifest }: DiscoveredPlugin, registry: Registry): void {
  const declared = contributionKinds.flatMap((kind) =>
    Object.keys(manifest?.contributes?.[kind] ?? {}).map((thing) => `${kind}/${thing}`),
  )
  const added = contributionKinds.flatMap((kind) =>
    registry
      .names(kind)
      .filter((thing) => registry.pluginOf(kind, thing) === name)
      .map((thing) => `${kind}/${thing}`),
  )
  const missing = declared.filter((thing) => !added.includes(thing))
  const extra = added.filter((thing) => !declared.includes(thing))
  if (missing.length + extra.length > 0)
    throw maestroError('MAESTRO_PLUGIN_MANIFEST_MISMATCH', { plugin: name, missing, extra })
}
