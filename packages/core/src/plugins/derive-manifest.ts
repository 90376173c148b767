import { contributionKinds } from '../contracts/contribution-kinds.js'
import type { PluginContributions, PluginDefinition, PluginManifest } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'
import { type ParsedManifest, parseManifest, pluginApiVersion } from './manifest-schema.js'

/** The manifest of a plugin in code or in a file: its own statements, with `contributes` from its lists. */
export function deriveManifest(plugin: PluginDefinition): Partial<ParsedManifest> & Pick<ParsedManifest, 'notes'> {
  const { name, manifest, contributions } = plugin
  if (manifest === undefined || manifest instanceof URL)
    return contributions === undefined || manifest instanceof URL
      ? { notes: [] }
      : { manifest: { apiVersion: pluginApiVersion, contributes: contributesOf(name, contributions) }, notes: [] }
  const { manifest: written, notes } = parseManifest(name, manifest)
  if (contributions === undefined || written.contributes !== undefined) return { manifest: written, notes }
  return { manifest: { ...written, contributes: contributesOf(name, contributions) }, notes }
}

/**
 * The field `contributes` of a manifest: names with their descriptions, by kind.
 *
 * @throws MAESTRO_PLUGIN_APPLY for a contribution without a name
 */
export function contributesOf(
  plugin: string,
  contributions: PluginContributions,
): NonNullable<PluginManifest['contributes']> {
  return Object.fromEntries(
    contributionKinds.flatMap((kind) => {
      const definitions: readonly (Named | undefined)[] = contributions[kind] ?? []
      const named = definitions.map((definition, index) => {
        if (typeof definition?.name === 'string') return [definition.name, definition.description ?? ''] as const
        throw maestroError('MAESTRO_PLUGIN_APPLY', { plugin, reason: `${kind}[${index}] has no name` })
      })
      return named.length === 0 ? [] : [[kind, Object.fromEntries(named)] as const]
    }),
  )
}

/** What each definition has; in JavaScript, that is not certain. */
interface Named {
  readonly name?: string
  readonly description?: string
}
