import type { RunConfig } from '../contracts/config.js'
import type { LogLevel } from '../contracts/logger.js'
import type { PluginReference } from '../contracts/plugin.js'
import type { Serving } from '../contracts/serving.js'
import type { Budgets } from '../contracts/serving-settings.js'
import type { VectorStore } from '../contracts/vector-store.js'

/**
 * The options of a configured component; `use` names the contribution. Values from the environment are not read yet.
 */
export interface UsedComponent {
  readonly use: string
  readonly [option: string]: unknown
}

/** A configuration with all defaults filled in and absolute paths. */
export interface ResolvedConfig {
  /** The config file; undefined for a config in code. */
  readonly path: string | undefined
  /** The folder of the config file: relative paths start here. */
  readonly directory: string
  readonly plugins: readonly PluginReference[]
  readonly permissions: Readonly<Record<string, 'enforce'>>
  readonly servings: Readonly<Record<string, UsedComponent | Serving>>
  readonly storages: Readonly<Record<string, UsedComponent>>
  readonly vectorStores: Readonly<Record<string, UsedComponent | VectorStore>>
  /** Globs, relative to `directory`. */
  readonly pipelines: readonly string[]
  readonly run: RunConfig
  readonly budgets: Budgets
  readonly cache: UsedComponent | false
  /** If undefined, each process keeps to limits of its own. */
  readonly limits: UsedComponent | undefined
  readonly executor: UsedComponent
  /** If undefined, the only contributed one is used. */
  readonly tableEngine: UsedComponent | undefined
  readonly stateDirectory: string
  readonly keepRuns: number
  readonly allowOutsidePaths: boolean
  readonly allowPrivateAddresses: boolean
  readonly logLevel: LogLevel
}
