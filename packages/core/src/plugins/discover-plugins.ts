import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ConfiguredPlugin, PluginDefinition, PluginManifest, PluginReference } from '../contracts/plugin.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { moduleFailure } from '../errors/module-failure.js'
import { reasonOf } from '../errors/reason-of.js'
import { deriveManifest } from './derive-manifest.js'
import { officialPlugins } from './known-plugins.js'
import { parseManifest } from './manifest-schema.js'

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
  /** @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN */
  load(): Promise<PluginDefinition>
}

/**
 * Hop 3: reads the manifests of the config's plugins as data, without running the code of a package. The manifest of a
 * file or of a plugin in code follows from its lists, so files are loaded here.
 *
 * @throws MAESTRO_PLUGIN_NOT_FOUND, _MANIFEST_MISSING, _MANIFEST_INVALID, _API_VERSION, _DUPLICATE
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
  if (folder === undefined) {
    throw maestroError('MAESTRO_PLUGIN_NOT_FOUND', {
      name,
      from: directory,
      suggestion: existsSync(resolve(directory, name))
        ? `./${name}`
        : didYouMean(name, [...officialPlugins, ...installed(directory)]),
    })
  }
  const { version, manifest } = await readManifest(name, join(folder, 'package.json'))
  const load = () => loadPackage(name, folder)
  return { name, version, origin: 'package', path: folder, manifest, options, load }
}

/** Imports the plugin of a package. @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN */
export function loadPackage(name: string, folder: string): Promise<PluginDefinition> {
  return importPlugin(name, async () => import(await entryOf(folder)))
}

async function discoverFile(path: string, options: unknown, directory: string): Promise<DiscoveredPlugin> {
  const file = resolve(directory, path)
  if (!existsSync(file))
    throw maestroError('MAESTRO_PLUGIN_NOT_FOUND', { name: path, from: directory, suggestion: undefined })
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
    return { name, origin: 'inline', path: dirname(path), options, load, ...(await readManifest(name, path)) }
  }
  const derived = deriveManifest(definition)
  return { name, version: undefined, origin: 'inline', path: undefined, manifest: derived, options, load }
}

async function readManifest(
  plugin: string,
  path: string,
): Promise<{ readonly version: string | undefined; readonly manifest: PluginManifest }> {
  let content: { version?: string; maestro?: unknown }
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
  return { version: content.version, manifest: parseManifest(plugin, content.maestro) }
}

async function importPlugin(plugin: string, load: () => Promise<unknown>): Promise<PluginDefinition> {
  let module: { default?: unknown }
  try {
    module = (await load()) as { default?: unknown }
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_PLUGIN_LOAD', { plugin, reason: reasonOf(error) }, error)
  }
  const definition = module.default
  if (!isPlugin(definition)) throw maestroError('MAESTRO_PLUGIN_NOT_A_PLUGIN', { plugin })
  return definition
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

/** The module that `import` of a package by name would load from outside it. */
async function entryOf(folder: string): Promise<string> {
  const { exports, main } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    exports?: unknown
    main?: string
  }
  return pathToFileURL(join(folder, entryIn(exports) ?? main ?? 'index.js')).href
}

function entryIn(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const map = exports as Record<string, unknown>
  return entryIn(map['.']) ?? entryIn(map.import) ?? entryIn(map.node) ?? entryIn(map.default)
}

/** The packages that are installed beside the config, for suggestions. */
function installed(directory: string): readonly string[] {
  const folder = join(directory, 'node_modules')
  const inside = (path: string) => (existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : [])
  return inside(folder).flatMap((name) =>
    name.startsWith('@') ? inside(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  )
}
