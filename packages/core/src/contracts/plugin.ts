import type { ContributionKind, MaestroHooks } from './hooks.js'
import type { Logger } from './logger.js'
import type { Schema } from './schema.js'

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

/** What a plugin's `apply` gets besides the hooks. */
export interface PluginContext<Options = unknown> {
  readonly options: Options
  readonly logger: Logger
  /** The folder of the config file. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutsidePaths: boolean
  /** Whether addresses that come from rows may lie in private networks. */
  readonly allowPrivateAddresses: boolean
}

/** A plugin's code. */
export interface PluginDefinition<Options = unknown> {
  readonly name: string
  /** The manifest, or the URL of the package.json that holds it. A package's own plugin may leave it out. */
  readonly manifest?: PluginManifest | URL
  readonly options?: Schema<unknown, Options>
  apply(hooks: MaestroHooks, context: PluginContext<Options>): void
}

/** A plugin with its options, as given in code. */
export interface ConfiguredPlugin {
  readonly plugin: PluginDefinition
  readonly options: unknown
}

/** A plugin in the config: a package name, a path, either with options, or the plugin itself. */
export type PluginReference = string | readonly [name: string, options: unknown] | PluginDefinition | ConfiguredPlugin
