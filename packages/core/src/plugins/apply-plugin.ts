import { contributionKinds } from '../contracts/contribution-kinds.js'
import {
  type ContributionKind,
  type LifecycleHooks,
  lifecycleHooks,
  type Registrar,
  type TapName,
} from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { PluginContext } from '../contracts/plugin.js'
import type { ProjectAccess } from '../contracts/project.js'
import type { Provider } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { createContributionHooks } from '../hooks/create-hooks.js'
import type { DiscoveredPlugin } from './discover-plugins.js'
import type { LoadedPlugin } from './load-plugins.js'
import { Registry } from './registry.js'
import { assertContribution } from './sound-contribution.js'

/** What a plugin's `apply` has registered, before any of it takes effect. */
export interface AppliedPlugin {
  readonly name: string
  readonly contributions: Registry
  readonly providers: readonly Provider[]
  /** Taps the lifecycle hooks. */
  observe(): void
}

/**
 * Hop 6 for one plugin: calls its `apply`, collects its contributions, and compares them with its manifest. It
 * registers and observes nothing yet, so that a plugin whose `apply` fails leaves no trace.
 *
 * @throws MAESTRO_PLUGIN_APPLY, MAESTRO_PLUGIN_MANIFEST_MISMATCH, MAESTRO_REGISTRY_DUPLICATE
 */
export function applyPlugin(
  { discovered, definition, options }: LoadedPlugin,
  context: { readonly hooks: LifecycleHooks; readonly logger: Logger; readonly access: ProjectAccess },
): AppliedPlugin {
  const { name } = discovered
  const own = createContributionHooks()
  const contributions = new Registry()
  const providers: Provider[] = []
  const lifecycle = deferred(context.hooks)
  const { directory, allowOutsidePaths, allowPrivateAddresses } = context.access
  const pluginContext: PluginContext = {
    options,
    logger: context.logger.child({ plugin: name }),
    directory,
    allowOutsidePaths,
    allowPrivateAddresses,
  }
  blaming(name, () => {
    assertSynchronous(name, definition.apply({ ...lifecycle.hooks, ...own }, pluginContext))
    for (const kind of contributionKinds) own[kind].call(checking(contributions, kind, name) as never)
    own.provides.call({ add: (provider) => void providers.push(provider) })
  })
  assertManifest(discovered, contributions.seal())
  return { name, contributions, providers, observe: lifecycle.tap }
}

/** Adds contributions, as far as they have the parts that their kind needs. */
function checking(contributions: Registry, kind: ContributionKind, plugin: string): Registrar<never> {
  const registrar = contributions.registrar(kind, plugin) as Registrar<never>
  return {
    add(definition) {
      assertContribution(kind, plugin, definition)
      registrar.add(definition)
    },
  }
}

/** Errors of a plugin's own code name the plugin. */
export function blaming<T>(plugin: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (MaestroError.is(error)) throw error.at({ plugin })
    const reason = error instanceof Error ? error.message : String(error)
    throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason }, error)
  }
}

/** Lifecycle hooks whose taps wait until they are admitted. Later taps take effect at once. */
function deferred(hooks: LifecycleHooks): { readonly hooks: LifecycleHooks; tap(): void } {
  type AnyHook = Record<'tap' | 'tapPromise', (name: TapName, tap: never) => void>
  const waiting: (() => void)[] = []
  let open = false
  const later = (hook: AnyHook, method: 'tap' | 'tapPromise') => (name: TapName, tap: never) => {
    const work = () => hook[method](name, tap)
    if (open) work()
    else waiting.push(work)
  }
  const entries = Object.keys(lifecycleHooks).map((name) => {
    const hook = hooks[name as keyof LifecycleHooks] as unknown as AnyHook
    return [
      name,
      { ...hook, tap: later(hook, 'tap'), ...('tapPromise' in hook ? { tapPromise: later(hook, 'tapPromise') } : {}) },
    ]
  })
  return {
    // Each stands for the hook of its name and passes on what that hook accepts.
    hooks: Object.fromEntries(entries) as LifecycleHooks,
    tap() {
      open = true
      for (const work of waiting.splice(0)) work()
    },
  }
}

/** The taps of an asynchronous `apply` would come too late. */
function assertSynchronous(plugin: string, result: unknown): void {
  if (!(result instanceof Promise)) return
  result.catch(() => undefined)
  throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason: 'apply() must not be asynchronous' })
}

function assertManifest({ name, manifest }: DiscoveredPlugin, contributions: Registry): void {
  if (manifest === undefined) return
  const declared = contributionKinds.flatMap((kind) =>
    Object.keys(manifest.contributes?.[kind] ?? {}).map((thing) => `${kind}/${thing}`),
  )
  const added = contributions.of(name).map(({ kind, name: thing }) => `${kind}/${thing}`)
  const missing = declared.filter((thing) => !added.includes(thing))
  const extra = added.filter((thing) => !declared.includes(thing))
  if (missing.length + extra.length > 0)
    throw maestroError('MAESTRO_PLUGIN_MANIFEST_MISMATCH', { plugin: name, missing, extra })
}
