import { z } from 'zod'
import { contributionKinds } from '../contracts/contribution-kinds.js'
import type { PluginManifest } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'

/** The version of the plugin interface that this version of core supports. */
export const pluginApiVersion = 1

const names = z.record(z.string(), z.string())
const manifestSchema = z.strictObject({
  apiVersion: z.literal(pluginApiVersion),
  contributes: z.partialRecord(z.enum(contributionKinds), names).optional(),
  requires: z.array(z.string()).optional(),
  permissions: z
    .strictObject({
      hosts: z.array(z.string()).optional(),
      env: z.array(z.string()).optional(),
      paths: z.array(z.string()).optional(),
      native: z.boolean().optional(),
    })
    .optional(),
  startup: z.boolean().optional(),
})

/**
 * Checks a manifest.
 *
 * @throws MAESTRO_PLUGIN_API_VERSION, MAESTRO_PLUGIN_MANIFEST_INVALID with every fault
 */
export function parseManifest(plugin: string, manifest: unknown): PluginManifest {
  const version =
    typeof manifest === 'object' && manifest !== null ? (manifest as { apiVersion?: unknown }).apiVersion : undefined
  if (version !== undefined && version !== pluginApiVersion) {
    throw maestroError('MAESTRO_PLUGIN_API_VERSION', { plugin, found: version, supported: pluginApiVersion })
  }
  const result = manifestSchema.safeParse(manifest)
  if (result.success) return result.data as PluginManifest
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  throw maestroError('MAESTRO_PLUGIN_MANIFEST_INVALID', { plugin, issues })
}
