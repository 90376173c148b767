import { relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { ContributionKind } from '../contracts/hooks.js'
import type { DiscoveredPlugin } from '../plugins/discover-plugins.js'
import { fileDeclaresTypes, packageHasTypes } from './type-entries.js'

/** An operator that a file plugin defines and exports. Its types follow from its definition. */
export interface ExportedDefinition {
  readonly name: string
  /** The module, relative to the types file. */
  readonly module: string
  readonly exportName: string
}

/** The kinds of things that the config selects by `use`. */
const configuredKinds = [
  'servings',
  'vectorStores',
  'storages',
  'caches',
  'executors',
  'tableEngines',
] as const satisfies readonly ContributionKind[]

/** The contents of a project's types file. */
export interface ProjectTypes {
  /** Modules that declare the types of their contributions: packages, or files relative to the types file. */
  readonly modules: readonly string[]
  readonly operators: readonly ExportedDefinition[]
  /** The kind of each serving by its name, such as `local.chat`; undefined for a serving in code. */
  readonly servings: Readonly<Record<string, string | undefined>>
  readonly vectorStores: Readonly<Record<string, string | undefined>>
  /** The kind of each storage by its name, such as `fs.file`. */
  readonly storages: Readonly<Record<string, string | undefined>>
  /**
   * The names that plugins contribute, by each kind that the config names; undefined if one of them does not state its
   * names.
   */
  readonly contributed: Readonly<Record<string, readonly string[]>> | undefined
  /** Operators of file plugins whose types are unknown, because their definitions are not exported. */
  readonly untyped: readonly string[]
}

/**
 * Collects the types of a project's plugins and names. It runs no code of a package; file plugins are loaded already.
 */
export async function projectTypes(
  config: Pick<ResolvedConfig, 'directory' | 'servings' | 'vectorStores' | 'storages'>,
  plugins: readonly DiscoveredPlugin[],
): Promise<ProjectTypes> {
  const entries = await Promise.all(plugins.map((plugin) => typesOf(plugin, config.directory)))
  return {
    modules: entries.flatMap(({ modules }) => modules),
    operators: entries.flatMap(({ operators }) => operators),
    untyped: entries.flatMap(({ untyped }) => untyped),
    servings: kindsOf(config.servings),
    vectorStores: kindsOf(config.vectorStores),
    storages: kindsOf(config.storages),
    contributed: contributedBy(plugins),
  }
}

function contributedBy(plugins: readonly DiscoveredPlugin[]): ProjectTypes['contributed'] {
  if (plugins.some(({ manifest }) => manifest === undefined)) return undefined
  return Object.fromEntries(
    configuredKinds.map((kind) => [
      kind,
      plugins.flatMap(({ manifest }) => Object.keys(manifest?.contributes?.[kind] ?? {})).toSorted(),
    ]),
  )
}

type PluginTypes = Pick<ProjectTypes, 'modules' | 'operators' | 'untyped'>

const none: PluginTypes = { modules: [], operators: [], untyped: [] }

async function typesOf(plugin: DiscoveredPlugin, directory: string): Promise<PluginTypes> {
  const { origin, path, name } = plugin
  // A config with a plugin in code imports the plugin, and its types with it.
  if (origin === 'inline' || path === undefined) return none
  if (origin === 'package') return (await packageHasTypes(path)) ? { ...none, modules: [name] } : none
  const module = modulePath(directory, path)
  if (await fileDeclaresTypes(path)) return { ...none, modules: [module] }
  return operatorTypes(plugin, path, module)
}

async function operatorTypes(plugin: DiscoveredPlugin, path: string, module: string): Promise<PluginTypes> {
  const contributed = Object.keys(plugin.manifest?.contributes?.operators ?? {})
  if (!/\.m?ts$/.test(path)) return { ...none, untyped: contributed }
  const exported = Object.entries((await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>)
  const operators = contributed.flatMap((name) => {
    const found = exported.find(([exportName, value]) => isDefinitionOf(name, value) && isIdentifier(exportName))
    return found === undefined ? [] : [{ name, module, exportName: found[0] }]
  })
  return { ...none, operators, untyped: contributed.filter((name) => operators.every((typed) => typed.name !== name)) }
}

function isDefinitionOf(name: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const definition = value as { readonly name?: unknown; readonly kind?: unknown; readonly create?: unknown }
  return definition.name === name && typeof definition.kind === 'string' && typeof definition.create === 'function'
}

const isIdentifier = (name: string): boolean =>
  name !== 'default' && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)

function modulePath(directory: string, file: string): string {
  const path = relative(directory, file).split(sep).join('/')
  return path.startsWith('../') ? path : `./${path}`
}

function kindsOf(
  components: ResolvedConfig['servings' | 'vectorStores'],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(components).map(([name, component]) => [
      name,
      'use' in component ? String(component.use) : undefined,
    ]),
  )
}
