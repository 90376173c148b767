import type { EnvironmentLookup } from '../config/leave-out-environment.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { ServingNeededEvent } from '../contracts/events.js'
import type { LLMCapabilities, Serving, ServingByKind, ServingKind } from '../contracts/serving.js'
import type { Servings } from '../contracts/serving-definition.js'
import type { ServingSettings } from '../contracts/serving-settings.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { describeOptions } from '../pipeline/compile/describe-options.js'
import { fallbackIssues, fallbackOf } from '../pipeline/serving-fallbacks.js'
import { type ComponentContext, type ComponentFault, ConfiguredComponents, isUsed } from './configured-components.js'
import { readServingSettings, servingSettings } from './shared-serving-settings.js'

/** What the configured servings need besides what every component needs. */
export interface ServingsContext extends ComponentContext {
  readonly servings: ResolvedConfig['servings']
  /** The folder of the config. */
  readonly directory: string
  /** Lets plugins change how a serving is created. */
  needed(event: ServingNeededEvent): ServingNeededEvent
  /** Wraps a provider in the serving plane. */
  enhance(provider: Serving, settings: ServingSettings, name: string): Serving
}

const examples: Readonly<Record<ServingKind, string>> = {
  llm: "default: { use: 'local.chat', model: 'smollm2-135m-instruct' }, with '@maestro-dataflow/plugin-local' in `plugins`",
  embedding:
    "embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' }, with '@maestro-dataflow/plugin-local' in `plugins`",
  rerank: 'one of kind rerank',
  transcription: 'one of kind transcription',
}

/** A serving of the config. */
export interface ServingDescription {
  readonly kind: ServingKind
  readonly capabilities: LLMCapabilities | undefined
  /** The settings in the config, and those that it sends with each request. */
  readonly options: object
  /** The name of the serving that answers what this one does not answer. */
  readonly fallback: string | undefined
}

/** The servings of the config. Each is checked to be of the requested kind. */
export class ConfiguredServings implements Servings {
  readonly #components: ConfiguredComponents<'servings', Serving>
  readonly #known: readonly string[]
  readonly #servings: ResolvedConfig['servings']
  readonly #directory: string
  readonly #registry: ComponentContext['registry']

  constructor(context: ServingsContext) {
    const { servings, registry, needed, enhance } = context
    this.#servings = servings
    this.#directory = context.directory
    this.#registry = registry
    this.#known = Object.keys(servings)
    this.#components = new ConfiguredComponents<'servings', Serving>(
      {
        kind: 'servings',
        find: (name) => (Object.hasOwn(servings, name) ? servings[name] : undefined),
        names: () => this.#known,
        setting: settingOf,
        unknown: (name, where) => unknownServing(name, this.#known, where, 'llm'),
        shared: {
          has: servingSettings.has,
          issues: (settings, setting) => [
            ...servingSettings.issues(settings, setting),
            ...fallbackIssues(setting.slice('servings.'.length), servings, registry),
          ],
        },
        finish: ({ name, definition, settings, config, make }) => {
          const kind = definition?.kind ?? make().kind
          return enhance(needed({ name, kind, config, make }).make(), readServingSettings(settings), name)
        },
      },
      context,
    )
  }

  get<Kind extends ServingKind>(name: string, kind: Kind): ServingByKind[Kind] {
    this.#assertKnown(name, kind, 'serving')
    const serving = this.#components.get(name)
    if (serving.kind !== kind) throw maestroError('MAESTRO_SERVING_KIND', { name, expected: kind, found: serving.kind })
    return serving as ServingByKind[Kind]
  }

  /**
   * The description of a serving, without creating it.
   *
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_REGISTRY_UNKNOWN, MAESTRO_CONFIG_INVALID, and what its plugin finds wrong
   */
  describe(name: string, kind: ServingKind, where: string): ServingDescription {
    this.#assertKnown(name, kind, where)
    const configured = this.#components.configured(name, where)
    const fallback = fallbackOf(configured)
    if (!isUsed(configured))
      return {
        fallback,
        kind: configured.kind,
        capabilities: configured.kind === 'llm' ? configured.capabilities : undefined,
        options: { ...(configured.kind === 'llm' ? configured.defaults : {}) },
      }
    this.#components.assertValid(name)
    const { definition, options } = this.#components.checked(name, configured)
    // Options that depend on the environment are not known before the serving is created.
    if (options === undefined) return { kind: definition.kind, capabilities: undefined, options: configured, fallback }
    definition.check?.(options, { directory: this.#directory })
    const capabilities = definition.capabilities?.(options)
    return {
      kind: definition.kind,
      capabilities,
      options: { ...definition.defaults?.(options), ...configured },
      fallback,
    }
  }

  /**
   * What affects the answers of a serving, as data: its own options, or the description that a serving in code gives,
   * and the same of the serving that answers in its place.
   */
  identify(name: string, kind: ServingKind): unknown {
    const own = this.#identifyOne(name, kind)
    const fallback = fallbackOf(this.#servings[name])
    return fallback === undefined ? own : [own, this.identify(fallback, kind)]
  }

  #identifyOne(name: string, kind: ServingKind): unknown {
    const configured = this.#components.configured(name, 'the run')
    if (!isUsed(configured)) {
      const { name: own, provider, model, identity } = configured
      return [kind, own, provider, model, describeOptions(identity)]
    }
    return Object.entries(configured)
      .filter(([setting]) => !servingSettings.has(setting))
      .map(([setting, value]) => [setting, describeOptions(value, setting)])
  }

  /**
   * The faults of the servings in the config.
   *
   * @param lookup The environment of a whole check, which includes what plugins find wrong with each serving.
   */
  check(lookup?: EnvironmentLookup): readonly ComponentFault[] {
    const faults = this.#components.check(lookup)
    if (lookup === undefined) return faults
    const faulty = new Set(faults.map(({ setting }) => setting))
    return [...faults, ...this.#known.flatMap((name) => (faulty.has(settingOf(name)) ? [] : this.#foundByPlugin(name)))]
  }

  #foundByPlugin(name: string): readonly ComponentFault[] {
    const configured = this.#servings[name]
    // A plugin that is not loaded says nothing.
    if (configured === undefined || !isUsed(configured) || this.#registry.isAnnounced('servings', configured.use))
      return []
    const { definition, options } = this.#components.checked(name, configured)
    try {
      if (options !== undefined) definition.check?.(options, { directory: this.#directory })
      return []
    } catch (error) {
      if (!MaestroError.is(error)) throw error
      return [{ setting: settingOf(name), error }]
    }
  }

  dispose(): Promise<void> {
    return this.#components.dispose()
  }

  /** The error says how to configure a serving of the requested kind. */
  #assertKnown(name: string, kind: ServingKind, where: string): void {
    if (!this.#known.includes(name)) throw unknownServing(name, this.#known, where, kind)
  }
}

const settingOf = (name: string): string => `servings.${name}`

function unknownServing(name: string, known: readonly string[], where: string, kind: ServingKind): MaestroError {
  const suggestion = didYouMean(name, known)
  return maestroError('MAESTRO_SERVING_UNKNOWN', { name, known, where, suggestion, add: examples[kind] })
}
