import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { assertTrustedFile } from '../config/trusted-config.js'
import type { ConfiguredPlugin, PluginDefinition, PluginManifest, PluginReference } from '../contracts/plugin.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { moduleFailure } from '../errors/module-failure.js'
import { reasonOf } from '../errors/reason-of.js'
import { coreRangeOf, otherCore } from './core-version.js'
import { deriveManifest } from './derive-manifest.js'
import { officialPlugins } from './known-plugins.js'
import { type ParsedManifest, parseManifest } from './manifest-schema.js'
import { packageEntry } from './package-entry.js'

/** A plugin of the config: its manifest is known, but its code may not have run yet. */
export interface DiscoveredPlugin {
  readonly name: string
  readonly version: string | undefined
  readonly origin: 'package' | 'file' | 'inline'
  /** The package's folder or the file; undefined for a plugin in code. */
  readonly path: string | undefined
  /**
   * Undefined only for a plugin of the project itself that has no manifest and whose `apply` alone knows its
   * contributions.
   */
  readonly manifest: PluginManifest | undefined
  readonly options: unknown
  /** Sentences about what is unusual: keys of the manifest that were ignored, or other versions of core than this one. */
  readonly notes: readonly string[]
  /** The one of the notes that says for which versions of core it was made. */
  readonly otherVersion?: string | undefined
  /** @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN */
  load(): Promise<PluginDefinition>
  /** Ends what runs for it outside this process. */
  dispose?(): Promise<void>
}

/**
 * Hop 3: reads the manifests of the config's plugins as data, without running the code of a package. The manifest of a
 * file or of a plugin in code follows from its lists, so files are loaded here.
 *
 * @throws MAESTRO_PLUGIN_NOT_FOUND, _MANIFEST_MISSING, _MANIFEST_INVALID, _API_VERSION, _DUPLICATE,
 *   MAESTRO_CONFIG_FILE_UNTRUSTED
 */
export async function discoverPlugins(
  references: readonly PluginReference[],
  directory: string,
): Promise<readonly DiscoveredPlugin[]> {
  const discovered: DiscoveredPlugin[] = []
  for (const reference of references) {
    const plugin = await discover(reference, directory)
    if (discovered.some((known) => known.name === plugin.name))
      throw maestroError('MAESTRO_PLUGIN_DUPLICATE', { plugin: plugin.name })
    discovered.push(plugin)
  }
  return discovered
}

function discover(reference: PluginReference, directory: string): Promise<DiscoveredPlugin> {
  if (typeof reference === 'string') return discoverNamed(reference, undefined, directory)
  if (isPair(reference)) return discoverNamed(reference[0], reference[1], directory)
  if ('plugin' in reference)
    return discoverInline((reference as ConfiguredPlugin).plugin, (reference as ConfiguredPlugin).options)
  return discoverInline(reference, undefined)
}

function isPair(reference: PluginReference): reference is readonly [string, unknown] {
  return Array.isArray(reference)
}

function discoverNamed(name: string, options: unknown, directory: string): Promise<DiscoveredPlugin> {
  return name.startsWith('.') || isAbsolute(name)
    ? discoverFile(name, options, directory)
    : discoverPackage(name, options, directory)
}

async function discoverPackage(name: string, options: unknown, directory: string): Promise<DiscoveredPlugin> {
  const folder = findPackage(name, directory)
  if (folder === undefined) throw notFound(name, directory)
  const { version, manifest, notes, otherVersion } = await readManifest(name, join(folder, 'package.json'))
  const load = () => loadPackage(name, folder, otherVersion)
  return { name, version, origin: 'package', path: folder, manifest, options, notes, otherVersion, load }
}

/**
 * Imports the plugin of a package.
 *
 * @param otherVersion A sentence about the versions of core for which it was made, as a reason why the import fails.
 * @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN
 */
export function loadPackage(name: string, folder: string, otherVersion?: string): Promise<PluginDefinition> {
  return importPlugin(name, async () => import(await packageEntry(folder)), otherVersion)
}

function notFound(name: string, directory: string): MaestroError {
  const found = installed(directory)
  const suggestion = existsSync(resolve(directory, name))
    ? `./${name}`
    : didYouMean(name, [...officialPlugins, ...found])
  const missing = suggestion !== undefined && !suggestion.startsWith('./') && !found.includes(suggestion)
  const known = officialPlugins.includes(name)
  return maestroError('MAESTRO_PLUGIN_NOT_FOUND', { name, from: directory, suggestion, missing, known })
}

async function discoverFile(path: string, options: unknown, directory: string): Promise<DiscoveredPlugin> {
  const file = resolve(directory, path)
  if (!existsSync(file))
    throw maestroError('MAESTRO_PLUGIN_NOT_FOUND', { name: path, from: directory, suggestion: undefined })
  assertTrustedFile(file, directory)
  const definition = await importPlugin(path, () =>
    import(pathToFileURL(file).href).catch((error) => {
      throw moduleFailure(file, error) ?? error
    }),
  )
  const inline = await discoverInline(definition, options)
  return { ...inline, origin: 'file', path: file }
}

async function discoverInline(definition: PluginDefinition, options: unknown): Promise<DiscoveredPlugin> {
  if (!isPlugin(definition)) throw maestroError('MAESTRO_PLUGIN_NOT_A_PLUGIN', { plugin: 'an entry of `plugins`' })
  const { name, manifest } = definition
  const load = async () => definition
  if (manifest instanceof URL) {
    const path = fileURLToPath(manifest)
    const { otherVersion: _, ...read } = await readManifest(name, path)
    return { name, origin: 'inline', path: dirname(path), options, load, ...read }
  }
  const { manifest: derived, notes } = deriveManifest(definition)
  return { name, version: undefined, origin: 'inline', path: undefined, manifest: derived, notes, options, load }
}

/** What the package.json of a plugin says. */
interface ReadManifest extends ParsedManifest {
  readonly version: string | undefined
  /** A sentence if the package was made for other versions of core. It is one of the notes. */
  readonly otherVersion: string | undefined
}

async function readManifest(plugin: string, path: string): Promise<ReadManifest> {
  let content: { version?: string; maestro?: unknown; peerDependencies?: unknown }
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw maestroError(
      'MAESTRO_PLUGIN_MANIFEST_INVALID',
      { plugin, issues: [`${path}: ${(error as Error).message}`] },
      error,
    )
  }
  if (content.maestro === undefined) throw maestroError('MAESTRO_PLUGIN_MANIFEST_MISSING', { plugin, path })
  const { manifest, notes } = parseManifest(plugin, content.maestro)
  const otherVersion = await otherCore(coreRangeOf(content))
  const all = otherVersion === undefined ? notes : [...notes, otherVersion]
  return { version: content.version, manifest, notes: all, otherVersion }
}

async function importPlugin(
  plugin: string,
  load: () => Promise<unknown>,
  otherVersion?: string,
): Promise<PluginDefinition> {
  let module: { default?: unknown }
  try {
    module = (await load()) as { default?: unknown }
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_PLUGIN_LOAD', { plugin, reason: reasonOf(error), otherVersion }, error)
  }
  const definition = defaultExportOf(module)
  if (!isPlugin(definition)) throw maestroError('MAESTRO_PLUGIN_NOT_A_PLUGIN', { plugin })
  return definition
}

/** The default export of a module. A CommonJS module, as TypeScript writes it, holds it in its own `default`. */
function defaultExportOf({ default: exported }: { readonly default?: unknown }): unknown {
  const wrapped = typeof exported === 'object' && exported !== null && '__esModule' in exported
  return wrapped ? (exported as { readonly default?: unknown }).default : exported
}

function isPlugin(value: unknown): value is PluginDefinition {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { name, apply } = value as { name?: unknown; apply?: unknown }
  // Every function has an `apply` of a different kind.
  return typeof name === 'string' && name !== '' && typeof apply === 'function' && apply !== Function.prototype.apply
}

/** The folder of an installed package, searched from a folder upward, including linked workspaces. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (dirname(folder) === folder) return undefined
  }
}

/** The packages that are installed beside the config, for suggestions. */
function installed(directory: string): readonly string[] {
  const folder = join(directory, 'node_modules')
  const inside = (path: string) => (existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : [])
  return inside(folder).flatMap((name) =>
    name.startsWith('@') ? inside(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  )
}
