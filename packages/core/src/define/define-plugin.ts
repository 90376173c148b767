import type { ConfiguredPlugin, PluginDefinition } from '../contracts/plugin.js'

/** A plugin, and a function that gives it options: `plugins: [fs, local({ threads: 1 })]`. */
export type Plugin<Options = unknown> = PluginDefinition<Options> & ((options?: Options) => ConfiguredPlugin)

/**
 * Defines a plugin.
 *
 * @example
 * export default definePlugin({
 *   name: 'shout',
 *   manifest: { apiVersion: 1, contributes: { operators: { shout: 'Upper-cases a column' } } },
 *   apply: (hooks) => hooks.operators.tap('shout', (registry) => registry.add(shout)),
 * })
 */
export function definePlugin<Options = unknown>(definition: PluginDefinition<Options>): Plugin<Options> {
  const configure = (options?: Options): ConfiguredPlugin => ({ plugin: definition as PluginDefinition, options })
  const { name, ...rest } = definition
  Object.defineProperty(configure, 'name', { value: name })
  return Object.assign(configure, rest) as unknown as Plugin<Options>
}
