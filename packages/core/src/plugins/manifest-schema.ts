import { z } from 'zod'
import { contributionKinds } from '../contracts/contribution-kinds.js'
import type { PluginManifest } from '../contracts/plugin.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'

/**
 * The version of the plugin interface that this version of core supports. It changes only when a plugin that was right
 * before would no longer be. What a later minor version of core adds is optional, and is ignored here with a note.
 */
export const pluginApiVersion = 1

const names = z.record(z.string(), z.string())
const contributesSchema = z.object(
  Object.fromEntries(contributionKinds.map((kind) => [kind, names.optional()])) as Record<
    (typeof contributionKinds)[number],
    z.ZodOptional<typeof names>
  >,
)
/** The schema of `permissions`. */
export const permissionsSchema = z.object({
  hosts: z.array(z.string()).optional(),
  env: z.array(z.string()).optional(),
  paths: z.array(z.string()).optional(),
  native: z.boolean().optional(),
  childProcesses: z.boolean().optional(),
})
const manifestSchema = z.object({
  apiVersion: z.literal(pluginApiVersion),
  contributes: contributesSchema.optional(),
  requires: z.array(z.string()).optional(),
  permissions: permissionsSchema.optional(),
  startup: z.boolean().optional(),
})

/** A manifest, and what was not read of it. */
export interface ParsedManifest {
  readonly manifest: PluginManifest
  /** A sentence for each key that this version of core does not know. */
  readonly notes: readonly string[]
}

/**
 * Checks a manifest. Keys that this version of core does not know are ignored: a later one may have added them.
 *
 * @throws MAESTRO_PLUGIN_API_VERSION, MAESTRO_PLUGIN_MANIFEST_INVALID with every fault
 */
export function parseManifest(plugin: string, given: unknown): ParsedManifest {
  const version = isRecord(given) ? given.apiVersion : undefined
  if (version !== undefined && version !== pluginApiVersion)
    throw maestroError('MAESTRO_PLUGIN_API_VERSION', { plugin, found: version, supported: pluginApiVersion })
  const result = manifestSchema.safeParse(given)
  if (result.success) return { manifest: result.data as PluginManifest, notes: notesOf(given) }
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  throw maestroError('MAESTRO_PLUGIN_MANIFEST_INVALID', { plugin, issues })
}

/** The known keys of the manifest and of its parts. */
const knownKeys = {
  '': Object.keys(manifestSchema.shape),
  contributes: Object.keys(contributesSchema.shape),
  permissions: Object.keys(permissionsSchema.shape),
}

function notesOf(given: unknown): readonly string[] {
  return Object.entries(knownKeys).flatMap(([part, known]) => {
    const record = part === '' || !isRecord(given) ? given : given[part]
    if (!isRecord(record)) return []
    const unknown = Object.keys(record).filter((key) => !known.includes(key))
    return unknown.map((key) => {
      const meant = didYouMean(key, known)
      const name = part === '' ? key : `${part}.${key}`
      return `The manifest has the key "${name}", which this version of core does not know and ignores.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
    })
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
