import type { ContributionKind, Contributions, LifecycleObservers, MaestroHooks } from './hooks.js'
import type { Logger } from './logger.js'
import type { ProjectAccess } from './project.js'
import type { Schema } from './schema.js'
import type { Provider } from './token.js'

/** What a plugin is, as data. In a package it is the `maestro` field of package.json, read without running code. */
export interface PluginManifest {
  readonly apiVersion: 1
  /** Names with a one-line description, by kind. */
  readonly contributes?: Readonly<Partial<Record<ContributionKind, Readonly<Record<string, string>>>>>
  /** Names of plugins that must be loaded before this one. */
  readonly requires?: readonly string[]
  /** What it will use beyond the rows; shown by `maestro plugins`. */
  readonly permissions?: PluginPermissions
  /** Load at start-up even when a pipeline names nothing of it: for plugins that only observe. @default false */
  readonly startup?: boolean
}

export interface PluginPermissions {
  readonly hosts?: readonly string[]
  readonly env?: readonly string[]
  readonly paths?: readonly string[]
  readonly native?: boolean
}

/** What a plugin gets besides the hooks. */
export interface PluginContext<Options = unknown> extends ProjectAccess {
  readonly options: Options
  readonly logger: Logger
}

/** What a plugin contributes, by kind. */
export type PluginContributions = { readonly [Kind in ContributionKind]?: readonly Contributions[Kind][] }

/** A plugin: what it contributes, as lists, and what it observes. */
export interface PluginParts<Options = unknown> extends PluginContributions {
  readonly name: string
  /**
   * The URL of the package.json that holds the manifest, or what a manifest says beside `contributes`, which follows
   * from the lists. A package that is named in the config and a plugin without special needs may leave it out.
   */
  readonly manifest?: PluginManifest | URL
  readonly options?: Schema<unknown, Options>
  /** What it puts under tokens, for its own contributions and those of others. */
  readonly provides?: readonly Provider[] | ((context: PluginContext<Options>) => readonly Provider[])
  /** Taps lifecycle hooks. */
  observe?(hooks: LifecycleObservers, context: PluginContext<Options>): void
  /** Taps hooks directly, for contributions that no list can hold, such as those that depend on the options. */
  apply?(hooks: MaestroHooks, context: PluginContext<Options>): void
}

/** A plugin as it is loaded: `apply` taps everything that it contributes and observes. */
export interface PluginDefinition<Options = unknown> {
  readonly name: string
  readonly manifest?: PluginManifest | URL
  readonly options?: Schema<unknown, Options>
  /** What its lists hold; undefined when only `apply` knows what it contributes. */
  readonly contributions?: PluginContributions
  apply(hooks: MaestroHooks, context: PluginContext<Options>): void
}

/** A plugin with its options, as given in code. */
export interface ConfiguredPlugin {
  readonly plugin: PluginDefinition
  readonly options: unknown
}

/** A plugin in the config: a package name, a path, either with options, or the plugin itself. */
export type PluginReference = string | readonly [name: string, options: unknown] | PluginDefinition | ConfiguredPlugin
