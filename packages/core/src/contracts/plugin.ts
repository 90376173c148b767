import type { ContributionKind, Contributions, LifecycleObservers, MaestroHooks } from './hooks.js'
import type { Logger } from './logger.js'
import type { ProjectAccess } from './project.js'
import type { Schema } from './schema.js'
import type { Provider } from './token.js'

/**
 * The description of a plugin, as data. In a package, it is the `maestro` field of package.json, which is read without
 * running code.
 */
export interface PluginManifest {
  readonly apiVersion: 1
  /** Names with a one-line description, by kind. */
  readonly contributes?: Readonly<Partial<Record<ContributionKind, Readonly<Record<string, string>>>>>
  /** The names of plugins that must be loaded before this one. */
  readonly requires?: readonly string[]
  /** What it will use besides the rows; `maestro plugins` shows it. */
  readonly permissions?: PluginPermissions
  /**
   * Whether to load it at start-up even if a pipeline names nothing of it, for plugins that only observe. @default
   * false
   */
  readonly startup?: boolean
}

/** What a plugin uses besides the rows. */
export interface PluginPermissions {
  /** The hosts that it connects to, such as `api.acme.example`. */
  readonly hosts?: readonly string[]
  /** The names of the environment variables that it reads. */
  readonly env?: readonly string[]
  /** The files and folders that it reads or writes: paths, or a description such as "the path of the option `path`". */
  readonly paths?: readonly string[]
  /** Whether it loads native code. @default false */
  readonly native?: boolean
  /** Whether it starts other programs. @default false */
  readonly childProcesses?: boolean
}

/** What a plugin receives besides the hooks. */
export interface PluginContext<Options = unknown> extends ProjectAccess {
  readonly options: Options
  readonly logger: Logger
}

/** The contributions of a plugin, by kind. */
export type PluginContributions = { readonly [Kind in ContributionKind]?: readonly Contributions[Kind][] }

/** A plugin: what it contributes, as lists, and what it observes. */
export interface PluginParts<Options = unknown> extends PluginContributions {
  readonly name: string
  /**
   * The URL of the package.json that holds the manifest, or the parts of a manifest besides `contributes`, which
   * follows from the lists. A package that the config names, and a plugin without special needs, may omit it.
   */
  readonly manifest?: PluginManifest | URL
  readonly options?: Schema<unknown, Options>
  /** What it provides under tokens, for its own contributions and those of other plugins. */
  readonly provides?: readonly Provider[] | ((context: PluginContext<Options>) => readonly Provider[])
  /** Taps lifecycle hooks. */
  observe?(hooks: LifecycleObservers, context: PluginContext<Options>): void
  /** Taps hooks directly, for contributions that a list cannot hold, such as those that depend on the options. */
  apply?(hooks: MaestroHooks, context: PluginContext<Options>): void
}

/** A plugin as it is loaded: `apply` taps everything that it contributes and observes. */
export interface PluginDefinition<Options = unknown> {
  readonly name: string
  readonly manifest?: PluginManifest | URL
  readonly options?: Schema<unknown, Options>
  /** The contents of its lists; undefined if only `apply` knows what it contributes. */
  readonly contributions?: PluginContributions
  apply(hooks: MaestroHooks, context: PluginContext<Options>): void
}

/** A plugin with its options, in code. */
export interface ConfiguredPlugin {
  readonly plugin: PluginDefinition
  readonly options: unknown
}

/** A plugin in the config: a package name or a path, each with or without options, or the plugin itself. */
export type PluginReference = string | readonly [name: string, options: unknown] | PluginDefinition | ConfiguredPlugin
