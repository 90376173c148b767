import type { ContributionKind } from '../contracts/hooks.js'
import type { DiscoveredPlugin } from './discover-plugins.js'

/** The names of contributions by kind; an empty set stands for any of its kind. */
export type ContributionNames = Partial<Record<ContributionKind, ReadonlySet<string>>>

/**
 * The plugins that a pipeline needs: those that contribute a name that it uses, those that load at start-up, those that
 * are loaded already, and what these require. The others stay unloaded.
 */
export function selectPlugins(
  ordered: readonly DiscoveredPlugin[],
  names: ContributionNames,
): readonly DiscoveredPlugin[] {
  const needed = new Set(
    ordered
      .filter((plugin) => plugin.origin !== 'package' || startsAlways(plugin) || contributesAny(plugin, names))
      .map((plugin) => plugin.name),
  )
  return withRequired(ordered, needed)
}

/** The plugins that contribute one of the names, and those of the project that may do so. */
export const contributorsOf = (
  plugins: readonly DiscoveredPlugin[],
  names: ContributionNames,
): readonly DiscoveredPlugin[] =>
  plugins.filter(
    (plugin) => (plugin.manifest === undefined && plugin.origin !== 'package') || contributesAny(plugin, names),
  )

/** The named plugins and those that they require, in order. */
export function withRequired(
  ordered: readonly DiscoveredPlugin[],
  names: ReadonlySet<string>,
): readonly DiscoveredPlugin[] {
  const needed = new Set(names)
  // Required plugins come first in the order, so one walk from the end finds all of them.
  for (const plugin of ordered.toReversed()) {
    if (needed.has(plugin.name)) for (const required of plugin.manifest?.requires ?? []) needed.add(required)
  }
  return ordered.filter((plugin) => needed.has(plugin.name))
}

/**
 * Whether it is loaded although no name of a pipeline asks for it: it asks for start-up, or it has options and contributes
 * nothing, so that it can only observe.
 */
function startsAlways({ manifest, options }: DiscoveredPlugin): boolean {
  const contributed = Object.values(manifest?.contributes ?? {}).flatMap((names) => Object.keys(names))
  return manifest?.startup === true || (options !== undefined && contributed.length === 0)
}

function contributesAny(plugin: DiscoveredPlugin, names: ContributionNames): boolean {
  const contributes = plugin.manifest?.contributes ?? {}
  return (Object.keys(names) as ContributionKind[]).some((kind) => {
    const contributed = Object.keys(contributes[kind] ?? {})
    const wanted = names[kind]
    return wanted?.size === 0
      ? contributed.length > 0 && kind === 'tableEngines'
      : contributed.some((name) => wanted?.has(name))
  })
}
