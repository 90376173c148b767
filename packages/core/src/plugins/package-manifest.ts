import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createLogger } from '../builtin/logger.js'
import { SecretRedactor } from '../builtin/secret-redactor.js'
import { contributionKinds } from '../contracts/contribution-kinds.js'
import type { PluginContributions, PluginDefinition, PluginManifest } from '../contracts/plugin.js'
import { maestroError } from '../errors/error-table.js'
import { createLifecycleHooks } from '../hooks/create-hooks.js'
import { applyPlugin } from './apply-plugin.js'
import { contributesOf } from './derive-manifest.js'
import { loadPackage } from './discover-plugins.js'
import { parseManifest, pluginApiVersion } from './manifest-schema.js'

type Contributes = NonNullable<PluginManifest['contributes']>

/** The manifest of a package as it is written, and as it follows from the package's code. */
export interface PackageManifest {
  /** The plugin's name. */
  readonly plugin: string
  /** The path of package.json. */
  readonly path: string
  /** The right manifest. */
  readonly manifest: PluginManifest
  /** The differences of the written manifest, as lines; empty if there are none. */
  readonly differences: readonly string[]
  /** A sentence for each key of the written manifest that core does not know. */
  readonly notes: readonly string[]
}

/**
 * Compares the manifest in a package.json with the contributions of the package's plugin. It imports the package as a
 * project would. A description that the code lacks is taken from the manifest.
 *
 * @param folder The package's folder.
 * @throws MAESTRO_PLUGIN_LOAD, MAESTRO_PLUGIN_NOT_A_PLUGIN, MAESTRO_PLUGIN_MANIFEST_INVALID, MAESTRO_PLUGIN_APPLY
 */
export async function readPackageManifest(folder: string): Promise<PackageManifest> {
  const path = join(resolve(folder), 'package.json')
  const { name, maestro } = await readPackage(path)
  const { manifest: written, notes } =
    maestro === undefined ? { manifest: undefined, notes: [] } : parseManifest(name, maestro)
  const plugin = await loadPackage(name, resolve(folder))
  const contributes = describedBy(contributesOf(plugin.name, await contributionsOf(plugin)), written?.contributes)
  const nothing = Object.keys(contributes).length === 0
  const manifest: PluginManifest = {
    apiVersion: pluginApiVersion,
    ...written,
    ...(nothing && written?.contributes === undefined ? {} : { contributes }),
    // A plugin that contributes nothing can only observe, and would never be loaded otherwise.
    ...(nothing ? { startup: true } : {}),
  }
  return { plugin: plugin.name, path, manifest, differences: differencesOf(written, manifest), notes }
}

/** Writes the manifest into its package.json; everything else stays unchanged. */
export async function writePackageManifest({ path, manifest }: PackageManifest): Promise<void> {
  const text = await readFile(path, 'utf8')
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  '
  await writeFile(path, `${JSON.stringify({ ...JSON.parse(text), maestro: manifest }, null, indent)}\n`)
}

async function readPackage(path: string): Promise<{ readonly name: string; readonly maestro?: unknown }> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    const issues = [`${path}: ${(error as Error).message}`]
    throw maestroError('MAESTRO_PLUGIN_MANIFEST_INVALID', { plugin: 'of this folder', issues }, error)
  }
}

/** What the plugin lists, or what its `apply` adds without options. */
async function contributionsOf(definition: PluginDefinition): Promise<PluginContributions> {
  if (definition.contributions !== undefined) return definition.contributions
  const { name } = definition
  const validated = await definition.options?.['~standard'].validate({})
  const options = validated === undefined || validated.issues !== undefined ? {} : validated.value
  const about = {
    version: undefined,
    path: undefined,
    manifest: undefined,
    notes: [],
    options,
    load: async () => definition,
  }
  const { contributions } = applyPlugin(
    { discovered: { name, origin: 'inline', ...about }, definition, options },
    {
      hooks: createLifecycleHooks(),
      logger: createLogger({ level: 'silent', redactor: new SecretRedactor() }),
      access: { directory: process.cwd(), allowOutsidePaths: false, allowPrivateAddresses: false },
    },
  )
  return Object.fromEntries(
    contributionKinds.map((kind) => [
      kind,
      contributions.names(kind).map((thing) => contributions.get(kind, thing, name)),
    ]),
  )
}

function describedBy(contributes: Contributes, written: Contributes = {}): Contributes {
  return Object.fromEntries(
    Object.entries(contributes).map(([kind, things]) => [
      kind,
      Object.fromEntries(
        Object.entries(things).map(([name, description]) => [
          name,
          description === '' ? (written[kind as keyof Contributes]?.[name] ?? '') : description,
        ]),
      ),
    ]),
  )
}

function differencesOf(written: PluginManifest | undefined, manifest: PluginManifest): readonly string[] {
  if (written === undefined) return ['package.json has no manifest']
  const startup = manifest.startup === true && written.startup !== true
  return [
    ...(startup ? ['startup: it must be true, because the plugin contributes nothing and only observes'] : []),
    ...contributionKinds.flatMap((kind) => {
      const said = written.contributes?.[kind] ?? {}
      const made = manifest.contributes?.[kind] ?? {}
      return [
        ...Object.keys(made).flatMap((name) =>
          !Object.hasOwn(said, name)
            ? [`${kind}: "${name}" is missing`]
            : said[name] === made[name]
              ? []
              : [`${kind}: the description of "${name}" is "${said[name]}", but in the code it is "${made[name]}"`],
        ),
        ...Object.keys(said).flatMap((name) =>
          Object.hasOwn(made, name) ? [] : [`${kind}: the plugin does not contribute "${name}"`],
        ),
      ]
    }),
  ]
}
