import { contributionKinds } from '../contracts/contribution-kinds.js'
import type { LifecycleHooks } from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import type { ProjectAccess } from '../contracts/project.js'
import type { Token } from '../contracts/token.js'
import { createLifecycleHooks, type LifecycleCallers } from '../hooks/create-hooks.js'
import { ObserverFailures } from '../hooks/observer-failures.js'
import { applyPlugin, blaming } from './apply-plugin.js'
import type { Contribution } from './contribution.js'
import type { DiscoveredPlugin } from './discover-plugins.js'
import { type LoadedPlugin, loadPlugins } from './load-plugins.js'
import { assertAccepted, readPermissionLock } from './permission-lock.js'
import { Providers } from './providers.js'
import { Registry } from './registry.js'

/** What the plugin host needs. */
export interface PluginHostContext {
  /** All plugins of the config, loaded or not. */
  readonly configured: readonly DiscoveredPlugin[]
  readonly access: ProjectAccess
  readonly logger: Logger
  /** The contributions of core itself. */
  readonly builtin: PluginDefinition
  /** The tokens of core, which no plugin may provide. */
  readonly reserved: readonly Token<unknown>[]
  keepSecret(value: string): void
}

/**
 * The plugins of a project. Each is loaded when it is first needed, and applied once. All of them share the lifecycle
 * hooks, the registry, and the providers.
 */
export class PluginHost {
  readonly failures: ObserverFailures
  readonly hooks: LifecycleHooks & LifecycleCallers
  readonly registry: Registry
  readonly providers: Providers
  readonly logger: Logger
  readonly #context: PluginHostContext
  readonly #applied = new Set<string>()
  #busy: Promise<unknown> = Promise.resolve()

  constructor(context: PluginHostContext) {
    this.#context = context
    this.logger = context.logger
    this.failures = new ObserverFailures(({ plugin, hook, error }) =>
      context.logger.warn(error.message, { plugin, hook }),
    )
    this.hooks = createLifecycleHooks(this.failures.add)
    this.providers = new Providers(context.reserved)
    this.registry = new Registry(announcedBy(context.configured))
    this.#apply(builtinPlugin(context.builtin))
  }

  /** The version of a configured plugin, if its package has one. */
  versionOf(plugin: string): string | undefined {
    return this.#context.configured.find(({ name }) => name === plugin)?.version
  }

  /**
   * Hops 4 and 6: loads and applies the plugins that are not loaded yet. A plugin that fails may succeed the next time.
   *
   * @param plugins In the order of `orderPlugins`.
   * @throws MAESTRO_PLUGIN_*, MAESTRO_REGISTRY_DUPLICATE, MAESTRO_CONTAINER_TOKEN_TAKEN, MAESTRO_CONFIG_ENV_MISSING
   */
  load(plugins: readonly DiscoveredPlugin[]): Promise<void> {
    // One load at a time, so that no plugin is applied twice.
    const loading = this.#busy.then(() => this.#load(plugins))
    this.#busy = loading.catch(() => undefined)
    return loading
  }

  /** The contributions of one plugin, once it is loaded. */
  contributionsOf(plugin: string): readonly Contribution[] {
    return this.registry.of(plugin).map(({ kind, name }) => {
      const definition = this.registry.get(kind, name, name)
      // The definition was found by this very kind.
      return { kind, name, plugin, definition } as Contribution
    })
  }

  async #load(plugins: readonly DiscoveredPlugin[]): Promise<void> {
    const missing = plugins.filter(({ name }) => !this.#applied.has(name))
    if (missing.length > 0) await this.#assertAccepted(missing)
    for (const plugin of await loadPlugins(missing, this.#context.keepSecret)) {
      for (const note of plugin.discovered.notes) this.logger.warn(note, { plugin: plugin.discovered.name })
      this.#apply(plugin)
    }
  }

  /** Before any code of a package runs. */
  async #assertAccepted(plugins: readonly DiscoveredPlugin[]): Promise<void> {
    const lock = await readPermissionLock(this.#context.access.directory)
    for (const plugin of plugins) await assertAccepted(plugin, lock)
  }

  #apply(plugin: LoadedPlugin): void {
    const { name, contributions, providers, observe } = applyPlugin(plugin, { ...this.#context, hooks: this.hooks })
    blaming(name, () => {
      this.providers.assertFree(name, providers)
      this.registry.merge(contributions)
    })
    this.providers.add(name, providers)
    observe()
    this.#applied.add(name)
  }
}

function announcedBy(configured: readonly DiscoveredPlugin[]) {
  return new Map(
    contributionKinds.map((kind) => [
      kind,
      configured.flatMap(({ manifest }) => Object.keys(manifest?.contributes?.[kind] ?? {})),
    ]),
  )
}

function builtinPlugin(definition: PluginDefinition): LoadedPlugin {
  const { name } = definition
  const about = { version: undefined, path: undefined, manifest: undefined, notes: [], options: undefined }
  const discovered = { name, origin: 'inline' as const, ...about, load: async () => definition }
  return { discovered, definition, options: undefined }
}
