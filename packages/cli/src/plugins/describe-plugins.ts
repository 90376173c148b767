import { MaestroError, type PluginManifest } from '@maestro-dataflow/core'
import { type DiscoveredPlugin, type Maestro, pipelineFiles, pipelineName } from '@maestro-dataflow/core/runtime'

/** A configured plugin, as its manifest describes it. */
export interface PluginOverview {
  readonly name: string
  readonly version: string | undefined
  readonly origin: DiscoveredPlugin['origin']
  readonly path: string | undefined
  readonly contributes: NonNullable<PluginManifest['contributes']>
  readonly requires: readonly string[]
  readonly permissions: NonNullable<PluginManifest['permissions']>
  /** Whether the config enforces the permissions. */
  readonly enforced: boolean
  /** Sentences about its manifest and its version. */
  readonly notes: readonly string[]
  /** Whether every pipeline loads the plugin, because its manifest requires it or its code is in the project. */
  readonly always: boolean
  /** The pipelines that load the plugin. */
  readonly loadedBy: readonly string[]
}

/** The plugins of a project, and the pipelines that could not be read to find their plugins. */
export interface PluginsOverview {
  readonly plugins: readonly PluginOverview[]
  readonly unread: readonly { readonly pipeline: string; readonly reason: string }[]
}

/** Describes the manifests and the pipelines that would load each plugin. It does not run the code of any package. */
export async function describePlugins(project: Maestro, shown: readonly DiscoveredPlugin[]): Promise<PluginsOverview> {
  const config = await project.config()
  const loadedBy = new Map<string, string[]>()
  const unread: { pipeline: string; reason: string }[] = []
  for (const file of await pipelineFiles(config)) {
    const pipeline = pipelineName(file)
    try {
      for (const { name } of await project.pluginsOf(file))
        loadedBy.set(name, [...(loadedBy.get(name) ?? []), pipeline])
    } catch (error) {
      unread.push({ pipeline, reason: MaestroError.is(error) ? `${error.code}: ${error.message}` : String(error) })
    }
  }
  const plugins = shown.map(({ name, version, origin, path, manifest, notes }) => ({
    name,
    version,
    origin,
    path,
    contributes: manifest?.contributes ?? {},
    requires: manifest?.requires ?? [],
    permissions: manifest?.permissions ?? {},
    enforced: Object.hasOwn(config.permissions, name),
    notes,
    always: origin !== 'package' || manifest?.startup === true,
    loadedBy: loadedBy.get(name) ?? [],
  }))
  return { plugins, unread }
}
