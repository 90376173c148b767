import type {
  CacheTypes,
  ContributedNames,
  ExecutorTypes,
  ServingTypes,
  SharedLimitsTypes,
  TableEngineTypes,
  VectorStoreTypes,
} from '../contracts/component-types.js'
import type { EnvironmentValue, ProcessesConfig, RunConfig, ThreadsConfig } from '../contracts/config.js'
import type { LogLevel } from '../contracts/logger.js'
import type { PluginReference } from '../contracts/plugin.js'
import type { Serving } from '../contracts/serving.js'
import type { Budgets, BuiltinCacheConfig, ServingSettings } from '../contracts/serving-settings.js'
import type { VectorStore } from '../contracts/vector-store.js'
import type { OptionsOver } from './options/options-over.js'
import type { SideInput, SinkName, SourceName } from './options/registered.js'

type WithEnvironment<Options> = { [K in keyof Options]: Options[K] | EnvironmentValue }

/** Options without published types. */
interface AnyOptions {
  readonly [option: string]: unknown
}

/** The names of the contributions of a kind in the project's plugins; any text until `maestro types` has run. */
type NamesOf<Kind extends string> = ContributedNames extends { readonly [K in Kind]: infer Names extends string }
  ? Names
  : string

/** The same for kinds without a contribution of core. If there is no name, the compiler states the reason. */
type NamesOrAdvice<Kind extends string> = [NamesOf<Kind>] extends [never]
  ? 'No plugin of the config contributes one: add it to `plugins`, then run `maestro types`'
  : NamesOf<Kind>

/** The components with these names, each with the options that its plugin publishes, or with any options. */
type Uses<Names extends string, Types> = string extends Names
  ?
      | { [Name in keyof Types]: { readonly use: Name } & WithEnvironment<Types[Name]> }[keyof Types]
      | ({ readonly use: string & {} } & AnyOptions)
  : Names extends keyof Types
    ? { readonly use: Names } & WithEnvironment<Types[Names]>
    : { readonly use: Names } & AnyOptions

/**
 * A serving in the config: `use` names the contributed kind, the rest are its own options and the options of every
 * serving.
 */
export type ServingConfig = Uses<NamesOrAdvice<'servings'>, ServingTypes> & ServingSettings
/** A vector store in the config: `use` names the contributed kind, the rest are its options. */
export type VectorStoreConfig = Uses<NamesOrAdvice<'vectorStores'>, VectorStoreTypes>
/** An executor in the config: `use` names the contributed kind, the rest are its options. */
export type ExecutorConfig = Uses<
  NamesOf<'executors'> | 'automatic' | 'local' | 'threads' | 'processes',
  ExecutorTypes & {
    readonly automatic: object
    readonly local: object
    readonly threads: ThreadsConfig
    readonly processes: ProcessesConfig
  }
>
/** A table engine in the config: `use` names the contributed kind, the rest are its options. */
export type TableEngineConfig = Uses<NamesOrAdvice<'tableEngines'>, TableEngineTypes>
/** Where the processes of a project share their limits: `use` names the contributed kind, the rest are its options. */
export type SharedLimitsConfig = Uses<NamesOrAdvice<'limits'>, SharedLimitsTypes>
/** The answers to keep, their location, and their lifetime. */
export type CacheConfig = BuiltinCacheConfig | Uses<NamesOf<'caches'>, CacheTypes>

/**
 * A storage in the config: `use` names the contributed kind, the rest are options of its source and sink. Pipelines can
 * set the options that are left out.
 */
export type StorageConfig =
  string extends NamesOrAdvice<'storages'>
    ? { readonly use: string } & AnyOptions
    : StorageOf<NamesOrAdvice<'storages'>>

type StorageOf<Name extends string> = Name extends SourceName | SinkName
  ? { readonly use: Name } & StorageOptions<SideOptions<Name, 'source'>, SideOptions<Name, 'sink'>>
  : { readonly use: Name } & AnyOptions

type SideOptions<Name, Way extends 'source' | 'sink'> = Name extends (Way extends 'source' ? SourceName : SinkName)
  ? OptionsOver<SideInput<Name, Way>, AnyOptions>
  : never
type KeysOf<Options> = Options extends unknown ? keyof Options : never
type ValueIn<Options, Key> = Options extends unknown ? (Key extends keyof Options ? Options[Key] : never) : never
type StorageOptions<Read, Write> = {
  readonly [Key in KeysOf<Read> | KeysOf<Write>]?: ValueIn<Read, Key> | ValueIn<Write, Key> | EnvironmentValue
}

/**
 * A component that was created in code, as an alternative to one that `use` names. The compiler distinguishes the two
 * by `use`.
 */
type MadeInCode<Component> = Component & { readonly use?: undefined }

/** A project's configuration: the default export of `maestro.config.ts`. */
export interface MaestroConfig {
  /** Package names or paths, each optionally with options, or plugins themselves. */
  readonly plugins?: readonly PluginReference[]
  /**
   * The packages among the plugins whose permissions are enforced: their operators run in a process of their own, which may
   * only do what `maestro.lock.json` records.
   *
   * @default none
   */
  readonly permissions?: Readonly<Record<string, 'enforce'>>
  /** Models by name. Operators use `default` and `embedder` unless an option names another serving. */
  readonly servings?: Readonly<Record<string, ServingConfig | MadeInCode<Serving>>>
  readonly storages?: Readonly<Record<string, StorageConfig>>
  /** Vector stores by the names that operators use. */
  readonly vectorStores?: Readonly<Record<string, VectorStoreConfig | MadeInCode<VectorStore>>>
  /** Globs of pipeline modules, YAML or JSON files. */
  readonly pipelines?: string | readonly string[]
  readonly run?: RunConfig
  /** The budget of each run. At a cap, the run stops. Paid answers are kept and not requested again. */
  readonly budgets?: Budgets
  /** The response cache; with `false`, answers are reused only within a run. */
  readonly cache?: CacheConfig | false
  /**
   * The store of the limits and budgets that several processes share.
   *
   * @default each process keeps to its own
   */
  readonly limits?: NamesOrAdvice<'limits'> | SharedLimitsConfig
  /** @default 'automatic' */
  readonly executor?: NamesOf<'executors'> | 'automatic' | 'local' | 'threads' | 'processes' | ExecutorConfig
  /** The engine of table operators. @default the only contributed engine */
  readonly tableEngine?: NamesOrAdvice<'tableEngines'> | TableEngineConfig
  /** The folder of the runs, relative to the config file. @default '.maestro' */
  readonly stateDirectory?: string
  /** The number of finished runs to keep; older ones are removed. @default 20 */
  readonly keepRuns?: number
  /** Allow sources and sinks to use paths outside the project. @default false */
  readonly allowOutsidePaths?: boolean
  /** Allow addresses that come from rows, such as those of images, to be in private networks. @default false */
  readonly allowPrivateAddresses?: boolean
  readonly logLevel?: LogLevel
}
