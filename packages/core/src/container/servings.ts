import { resolveEnvironment } from '../config/resolve-environment.js'
import type { ResolvedConfig, UsedComponent } from '../config/resolved-config.js'
import type { ServingNeededEvent } from '../contracts/hooks.js'
import type { LLMCapabilities, Serving, ServingByKind, ServingKind } from '../contracts/serving.js'
import type { ServingDefinition, Servings } from '../contracts/serving-definition.js'
import type { ServingSettings } from '../contracts/serving-settings.js'
import type { Token } from '../contracts/token.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import type { Registry } from '../plugins/registry.js'
import { disposeAll } from './dispose-all.js'
import { readSettings, splitSettings } from './read-serving-settings.js'
import { validOptions } from './valid-options.js'

/** What the configured servings need. */
export interface ServingsContext {
  readonly config: Pick<ResolvedConfig, 'path' | 'servings'>
  readonly registry: Registry
  resolve(tokens: readonly Token<unknown>[]): readonly unknown[]
  keepSecret(value: string): void
  /** Lets plugins have a hand in how a serving is made. */
  needed(event: ServingNeededEvent): ServingNeededEvent
  /** Puts the serving plane around a provider. */
  enhance(provider: Serving, settings: ServingSettings): Serving
}

const examples: Readonly<Record<ServingKind, string>> = {
  llm: "default: { use: 'local.chat', model: 'smollm2-135m-instruct' }, with '@maestro-dataflow/plugin-local' in `plugins`",
  embedding:
    "embedder: { use: 'local.embeddings', model: 'all-MiniLM-L6-v2' }, with '@maestro-dataflow/plugin-local' in `plugins`",
  rerank: 'one of kind rerank',
  transcription: 'one of kind transcription',
}

/** The servings of the config: each is made when first asked for, and shared. */
export class ConfiguredServings implements Servings {
  readonly #context: ServingsContext
  readonly #made = new Map<string, Serving>()

  constructor(context: ServingsContext) {
    this.#context = context
  }

  get<Kind extends ServingKind>(name: string, kind: Kind): ServingByKind[Kind] {
    const known = this.#made.get(name)
    const serving = known ?? this.#make(name, kind)
    if (serving.kind !== kind) throw maestroError('MAESTRO_SERVING_KIND', { name, expected: kind, found: serving.kind })
    if (known === undefined) this.#made.set(name, serving)
    return serving as ServingByKind[Kind]
  }

  /** What a serving is, without making it. @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_REGISTRY_UNKNOWN */
  describe(
    name: string,
    kind: ServingKind,
    where: string,
  ): { readonly kind: ServingKind; readonly capabilities: LLMCapabilities | undefined } {
    const configured = this.#configured(name, kind, where)
    if (isServing(configured))
      return { kind: configured.kind, capabilities: configured.kind === 'llm' ? configured.capabilities : undefined }
    const definition = this.#context.registry.get('servings', configured.use, `serving ${name}`)
    return { kind: definition.kind, capabilities: definition.capabilities?.(splitSettings(configured).options) }
  }

  /** Frees each serving that was made, once. */
  async dispose(): Promise<void> {
    const made = [...this.#made.values()]
    this.#made.clear()
    await disposeAll(made)
  }

  #configured(name: string, kind: ServingKind, where: string): UsedComponent | Serving {
    const { servings } = this.#context.config
    const configured = Object.hasOwn(servings, name) ? servings[name] : undefined
    if (configured !== undefined) return configured
    const known = Object.keys(servings)
    throw maestroError('MAESTRO_SERVING_UNKNOWN', {
      name,
      known,
      where,
      suggestion: didYouMean(name, known),
      add: examples[kind],
    })
  }

  #make(name: string, kind: ServingKind): Serving {
    const configured = this.#configured(name, kind, 'serving')
    const { enhance, needed, registry } = this.#context
    if (isServing(configured)) {
      const given = { name, kind: configured.kind, config: undefined, make: () => configured }
      return enhance(needed(given).make(), {})
    }
    const { settings, options } = splitSettings(configured)
    const { path = 'given in code' } = this.#context.config
    const checked = readSettings(settings, `servings.${name}`, path)
    const definition = registry.get('servings', configured.use, `servings.${name}`)
    const config = { use: configured.use, ...options }
    const make = () => this.#create(name, definition, options)
    return enhance(needed({ name, kind: definition.kind, config, make }).make(), checked)
  }

  #create(name: string, definition: ServingDefinition, own: object): Serving {
    const { resolve, keepSecret } = this.#context
    const setting = `servings.${name}`
    const given = resolveEnvironment(own, setting, keepSecret) as object
    const options = validOptions(definition, given, setting, this.#context.config.path ?? 'given in code')
    return definition.create(options, resolve(definition.inject ?? []))
  }
}

function isServing(value: UsedComponent | Serving): value is Serving {
  return 'kind' in value && !('use' in value)
}
