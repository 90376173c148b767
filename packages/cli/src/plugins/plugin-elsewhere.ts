import { officialPluginOf } from '@maestro-dataflow/core/runtime'

/** The official plugin that has a contribution of this name, unless the known names contain some of that plugin. */
export function pluginElsewhere(name: string, known: readonly string[]): string | undefined {
  const plugin = officialPluginOf(name)
  return known.some((other) => officialPluginOf(other) === plugin) ? undefined : plugin
}
