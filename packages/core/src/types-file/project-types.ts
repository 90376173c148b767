import { relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { ContributionKind } from '../contracts/hooks.js'
import type { DiscoveredPlugin } from '../plugins/discover-plugins.js'
import {
  type DeclaredDefinition,
  type DefinitionKind,
  declaredDefinitions,
  definitionRegistries,
} from './declared-definitions.js'
import { fileDeclaresTypes, packageDeclaration } from './type-entries.js'

/** A definition that a plugin exports and that no registry of types holds. Its types follow from it. */
export interface ExportedDefinition extends DeclaredDefinition {
  /** The package, or the module relative to the types file. */
  readonly module: string
}

/** The kinds of things that the config selects by `use`. */
const configuredKinds = [
  'servings',
  'vectorStores',
  'storages',
  'caches',
  'limits',
  'executors',
  'tableEngines',
] as const satisfies readonly ContributionKind[]

/** The contents of a project's types file. */
export interface ProjectTypes {
  /** Modules that declare the types of their contributions: packages, or files relative to the types file. */
  readonly modules: readonly string[]
  /** Definitions of plugins that declare no types themselves, registered by their `typeof`. */
  readonly definitions: readonly ExportedDefinition[]
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
    definitions: entries.flatMap(({ definitions }) => definitions),
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

type PluginTypes = Pick<ProjectTypes, 'modules' | 'definitions' | 'untyped'>

const none: PluginTypes = { modules: [], definitions: [], untyped: [] }

async function typesOf(plugin: DiscoveredPlugin, directory: string): Promise<PluginTypes> {
  const { origin, path, name } = plugin
  // A config with a plugin in code imports the plugin, and its types with it.
  if (origin === 'inline' || path === undefined) return none
  if (origin === 'package') {
    const entry = await packageDeclaration(path)
    if (entry === undefined) return none
    if (await fileDeclaresTypes(entry)) return { ...none, modules: [name] }
    return { ...definitionTypes(plugin, await declaredDefinitions(entry), name), modules: [name] }
  }
  const module = modulePath(directory, path)
  if (await fileDeclaresTypes(path)) return { ...none, modules: [module] }
  return definitionTypes(plugin, /\.m?ts$/.test(path) ? await exportedDefinitions(path) : [], module)
}

/** The contributions of a plugin that are among the definitions of a module, and the names of the others. */
function definitionTypes(
  { manifest }: DiscoveredPlugin,
  found: readonly DeclaredDefinition[],
  module: string,
): PluginTypes {
  const contributed = definitionKinds.flatMap((kind) =>
    Object.keys(manifest?.contributes?.[kind] ?? {}).map((name) => ({ kind, name })),
  )
  const typed = contributed.map(({ kind, name }) => ({
    name,
    definition: found.find((one) => one.kind === kind && one.name === name && isIdentifier(one.exportName)),
  }))
  return {
    ...none,
    definitions: typed.flatMap(({ definition }) => (definition === undefined ? [] : [{ ...definition, module }])),
    untyped: typed.flatMap(({ name, definition }) => (definition === undefined ? [name] : [])),
  }
}

const definitionKinds = Object.keys(definitionRegistries) as DefinitionKind[]

/** The definitions that a file of the project exports. It is in memory already. */
async function exportedDefinitions(path: string): Promise<readonly DeclaredDefinition[]> {
  const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  return Object.entries(exported).flatMap(([exportName, value]): DeclaredDefinition[] => {
    if (typeof value !== 'object' || value === null) return []
    const { name, kind, create, source, sink } = value as Readonly<Record<string, unknown>>
    if (typeof name !== 'string') return []
    if (typeof create === 'function')
      return [{ kind: typeof kind === 'string' ? 'operators' : 'prompts', name, exportName }]
    return source === undefined && sink === undefined ? [] : [{ kind: 'storages', name, exportName }]
  })
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
