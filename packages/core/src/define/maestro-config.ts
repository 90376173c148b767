import type {
  CacheTypes,
  ContributedNames,
  ExecutorTypes,
  ServingTypes,
  TableEngineTypes,
  VectorStoreTypes,
} from '../contracts/component-types.js'
import type { EnvironmentValue, RunConfig } from '../contracts/config.js'
import type { LogLevel } from '../contracts/logger.js'
import type { PluginReference } from '../contracts/plugin.js'
import type { Serving } from '../contracts/serving.js'
import type { Budgets, BuiltinCacheConfig, ServingSettings } from '../contracts/serving-settings.js'
import type { VectorStore } from '../contracts/vector-store.js'
import type { OptionsOver } from './options/options-over.js'
import type { SideInput, SinkName, SourceName } from './options/registered.js'

type WithEnvironment<Options> = { [K in keyof Options]: Options[K] | EnvironmentValue }

/** Options that nobody has published the types of. */
interface AnyOptions {
  readonly [option: string]: unknown
}

/** The names that the project's plugins contribute of a kind; any text as long as `maestro types` has not been run. */
type NamesOf<Kind extends string> = ContributedNames extends { readonly [K in Kind]: infer Names extends string }
  ? Names
  : string

/** The same for kinds of which core itself brings none: the compiler then says why no name will do. */
type NamesOrAdvice<Kind extends string> = [NamesOf<Kind>] extends [never]
  ? 'No plugin of the config contributes one: add it to `plugins`, then run `maestro types`'
  : NamesOf<Kind>

/** Components of the names, each with the options that its plugin publishes, or with any. */
type Uses<Names extends string, Types> = string extends Names
  ?
      | { [Name in keyof Types]: { readonly use: Name } & WithEnvironment<Types[Name]> }[keyof Types]
      | ({ readonly use: string & {} } & AnyOptions)
  : Names extends keyof Types
    ? { readonly use: Names } & WithEnvironment<Types[Names]>
    : { readonly use: Names } & AnyOptions

/** A serving in the config: `use` names the contributed kind, the rest are its options and those of every serving. */
export type ServingConfig = Uses<NamesOrAdvice<'servings'>, ServingTypes> & ServingSettings
export type VectorStoreConfig = Uses<NamesOrAdvice<'vectorStores'>, VectorStoreTypes>
export type ExecutorConfig = Uses<NamesOf<'executors'> | 'local', ExecutorTypes & { readonly local: object }>
export type TableEngineConfig = Uses<NamesOrAdvice<'tableEngines'>, TableEngineTypes>
/** Which answers are kept, where and for how long. */
export type CacheConfig = BuiltinCacheConfig | Uses<NamesOf<'caches'>, CacheTypes>

/** A storage in the config: `use` names what reads and writes, the rest are options of either, of which some may be left to pipelines. */
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

/** What was made in code beside what `use` names: the compiler tells the two apart by `use`. */
type MadeInCode<Component> = Component & { readonly use?: undefined }

/** A project's configuration: the default export of `maestro.config.ts`. */
export interface MaestroConfig {
  /** Package names, paths, either with options, or plugins themselves. */
  readonly plugins?: readonly PluginReference[]
  /** Models by name. Operators use `default` and `embedder` when none is named. */
  readonly servings?: Readonly<Record<string, ServingConfig | MadeInCode<Serving>>>
  readonly storages?: Readonly<Record<string, StorageConfig>>
  /** Where vectors lie, by the names that operators use. */
  readonly vectorStores?: Readonly<Record<string, VectorStoreConfig | MadeInCode<VectorStore>>>
  /** Globs of pipeline modules, YAML or JSON files. */
  readonly pipelines?: string | readonly string[]
  readonly run?: RunConfig
  /** What each run may spend. At a cap the run stops; what was paid for is kept and not asked again. */
  readonly budgets?: Budgets
  /** Where finished answers are kept; `false` reuses them within a run only. */
  readonly cache?: CacheConfig | false
  /** @default 'local' */
  readonly executor?: NamesOf<'executors'> | 'local' | ExecutorConfig
  /** The engine of table operators. @default the only one that is contributed */
  readonly tableEngine?: NamesOrAdvice<'tableEngines'> | TableEngineConfig
  /** Where runs are kept, relative to the config file. @default '.maestro' */
  readonly stateDirectory?: string
  /** Finished runs that are kept; older ones are removed. @default 20 */
  readonly keepRuns?: number
  /** Let sources and sinks use paths outside the project. @default false */
  readonly allowOutsidePaths?: boolean
  /** Let addresses that come from rows, such as those of images, lie in private networks. @default false */
  readonly allowPrivateAddresses?: boolean
  readonly logLevel?: LogLevel
}
