import {
  type LifecycleHooks,
  type LifecycleObservers,
  lifecycleHooks,
  type MaestroHooks,
  type TapOptions,
} from '../contracts/hooks.js'
import type { ConfiguredPlugin, PluginContributions, PluginDefinition, PluginParts } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'
import { assertDefinition } from './definition/assert-definition.js'
import { pluginRules } from './definition/plugin-rules.js'

/** A plugin that is also a function of its options: `plugins: [fs, local({ threads: 1 })]`. */
export type Plugin<Options = unknown> = PluginDefinition<Options> & ((options?: Options) => ConfiguredPlugin)

/**
 * Defines a plugin from the lists of what it contributes.
 *
 * @throws MAESTRO_DEFINITION_INVALID
 * @example
 * export default definePlugin({ name: 'shout', operators: [shout] })
 */
export function definePlugin<Options = unknown>(parts: PluginParts<Options>): Plugin<Options> {
  assertDefinition(pluginRules, parts)
  const { name, manifest, options, provides, observe, apply, ...contributions } = parts
  const definition: PluginDefinition<Options> = {
    name,
    ...(manifest === undefined ? {} : { manifest }),
    ...(options === undefined ? {} : { options }),
    ...(apply === undefined ? { contributions } : {}),
    apply(hooks, context) {
      tapContributions(name, contributions, hooks)
      hooks.provides.tap(name, (registrar) => {
        for (const provider of (typeof provides === 'function' ? provides(context) : provides) ?? [])
          registrar.add(provider)
      })
      assertSynchronous(name, observe?.(observersOf(name, hooks), context))
      return apply?.(hooks, context)
    },
  }
  const configure = (options?: Options): ConfiguredPlugin => ({ plugin: definition as PluginDefinition, options })
  Object.defineProperty(configure, 'name', { value: name })
  const { name: _, ...rest } = definition
  return Object.assign(configure, rest) as unknown as Plugin<Options>
}

/** The taps of an asynchronous `observe` would come too late, and nobody would hear that it failed. */
function assertSynchronous(plugin: string, result: unknown): void {
  if (!(result instanceof Promise)) return
  result.catch(() => undefined)
  throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason: 'observe() must not be asynchronous' })
}

function tapContributions(name: string, contributions: PluginContributions, hooks: MaestroHooks): void {
  for (const kind of Object.keys(contributions) as (keyof PluginContributions)[]) {
    hooks[kind].tap(name, (registrar) => {
      // A list of a kind contains the arguments of that kind's registrar.
      for (const definition of contributions[kind] ?? []) registrar.add(definition as never)
    })
  }
}

/** The hooks with the plugin's name filled in. */
function observersOf(name: string, hooks: LifecycleHooks): LifecycleObservers {
  type Name = keyof LifecycleHooks
  const observer =
    (hook: Name) =>
    (tap: (event: never) => unknown, options: TapOptions = {}) =>
      lifecycleHooks[hook].kind === 'async-series'
        ? (hooks[hook] as LifecycleHooks['runDone']).tapPromise(
            { name, ...options },
            async (event) => void (await tap(event as never)),
          )
        : (hooks[hook] as LifecycleHooks['batchDone']).tap({ name, ...options }, tap as (event: unknown) => void)
  // Each hook accepts its declared function; mapping over the names loses this type.
  return Object.fromEntries(
    (Object.keys(lifecycleHooks) as Name[]).map((hook) => [hook, observer(hook)]),
  ) as unknown as LifecycleObservers
}
