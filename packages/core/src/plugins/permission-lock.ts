import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { PluginPermissions } from '../contracts/plugin.js'
import { describeIssues } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'
import type { DiscoveredPlugin } from './discover-plugins.js'
import { permissionsSchema } from './manifest-schema.js'
import { packageIntegrity } from './package-integrity.js'

/** The file beside the config that records what the user accepted. */
export const permissionLockName = 'maestro.lock.json'

const acceptedSchema = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  permissions: permissionsSchema,
})
const lockSchema = z.object({ lockVersion: z.literal(1), plugins: z.record(z.string(), acceptedSchema) })

/** A plugin as the user accepted it. */
export type AcceptedPlugin = z.output<typeof acceptedSchema>

/** The accepted plugins by their names. */
export type PermissionLock = Readonly<Record<string, AcceptedPlugin>>

/** What the user accepted for a project; nothing if the file does not exist. @throws MAESTRO_PLUGIN_LOCK */
export async function readPermissionLock(directory: string): Promise<PermissionLock> {
  const path = join(directory, permissionLockName)
  try {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{ "lockVersion": 1, "plugins": {} }'
      throw error
    })
    const content: unknown = JSON.parse(text)
    const result = lockSchema.safeParse(content)
    if (result.success) return result.data.plugins
    const reason = describeIssues(result.error.issues, content).join('; ')
    throw maestroError('MAESTRO_PLUGIN_LOCK', { path, reason })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw maestroError('MAESTRO_PLUGIN_LOCK', { path, reason: error.message }, error)
  }
}

/** Records that the user accepts plugins as they are now. @throws MAESTRO_PLUGIN_LOCK */
export async function acceptPlugins(directory: string, plugins: readonly DiscoveredPlugin[]): Promise<void> {
  const known = await readPermissionLock(directory)
  const accepted = await Promise.all(plugins.map(async (plugin) => [plugin.name, await asAccepted(plugin)] as const))
  const entries = Object.entries({ ...known, ...Object.fromEntries(accepted) })
  const content = { lockVersion: 1, plugins: Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) }
  const path = join(directory, permissionLockName)
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`)
  await rename(temporary, path)
}

async function asAccepted({ version, path, manifest }: DiscoveredPlugin): Promise<AcceptedPlugin> {
  const integrity = path === undefined ? undefined : await packageIntegrity(path)
  // The manifest was checked by the same schema.
  return { version, integrity, permissions: (manifest?.permissions ?? {}) as AcceptedPlugin['permissions'] }
}

/**
 * What has changed since the user accepted a plugin: a line for each permission that it asks for in addition, and one
 * if its files differ although its version is the same. A new version that asks for no more needs no new consent.
 */
export async function changesSince(plugin: DiscoveredPlugin, accepted: AcceptedPlugin): Promise<readonly string[]> {
  const { version, path, manifest } = plugin
  const added = permissionLines(manifest?.permissions).filter(
    (line) => !permissionLines(accepted.permissions as PluginPermissions).includes(line),
  )
  if (added.length > 0 || version !== accepted.version || path === undefined) return added
  const integrity = accepted.integrity === undefined ? undefined : await packageIntegrity(path)
  return integrity === accepted.integrity ? [] : [`other files than before, although its version is still ${version}`]
}

/** Each permission as a line, such as `host api.acme.example`. */
export function permissionLines(permissions: PluginPermissions = {}): readonly string[] {
  const { hosts = [], env = [], paths = [], native = false, childProcesses = false } = permissions
  return [
    ...hosts.map((host) => `host ${host}`),
    ...env.map((name) => `environment variable ${name}`),
    ...paths.map((path) => `path ${path}`),
    ...(native ? ['native code'] : []),
    ...(childProcesses ? ['other programs'] : []),
  ]
}

/**
 * Stops the load of a package that asks for more than the user accepted. A package that nobody was asked about is
 * loaded.
 *
 * @throws MAESTRO_PLUGIN_PERMISSIONS
 */
export async function assertAccepted(plugin: DiscoveredPlugin, lock: PermissionLock): Promise<void> {
  const accepted = plugin.origin === 'package' ? lock[plugin.name] : undefined
  const changes = accepted === undefined ? [] : await changesSince(plugin, accepted)
  if (changes.length > 0) throw maestroError('MAESTRO_PLUGIN_PERMISSIONS', { plugin: plugin.name, changes })
}
