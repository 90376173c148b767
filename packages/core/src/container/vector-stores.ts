import { resolveEnvironment } from '../config/resolve-environment.js'
import type { ResolvedConfig, UsedComponent } from '../config/resolved-config.js'
import type { Token } from '../contracts/token.js'
import type { VectorStore, VectorStores } from '../contracts/vector-store.js'
import { didYouMean } from '../errors/did-you-mean.js'
import { maestroError } from '../errors/error-table.js'
import type { Registry } from '../plugins/registry.js'
import { disposeAll } from './dispose-all.js'
import { validOptions } from './valid-options.js'

/** What the configured vector stores need. */
export interface VectorStoresContext {
  readonly config: Pick<ResolvedConfig, 'path' | 'vectorStores'>
  readonly registry: Registry
  resolve(tokens: readonly Token<unknown>[]): readonly unknown[]
  keepSecret(value: string): void
}

/** The vector stores of the config: each is opened when first asked for, and shared. */
export class ConfiguredVectorStores implements VectorStores {
  readonly #context: VectorStoresContext
  readonly #opened = new Map<string, Promise<VectorStore>>()

  constructor(context: VectorStoresContext) {
    this.#context = context
  }

  async get(name: string): Promise<VectorStore> {
    const known = this.#opened.get(name)
    if (known !== undefined) return known
    const opening = this.#open(name)
    this.#opened.set(name, opening)
    // One that could not be opened may be the next time.
    opening.catch(() => this.#opened.delete(name))
    return opening
  }

  /** Whether a store is there, without opening it. @throws MAESTRO_VECTORS_UNKNOWN, MAESTRO_REGISTRY_UNKNOWN */
  check(name: string, where: string): void {
    const configured = this.#configured(name, where)
    if (!isVectorStore(configured)) this.#context.registry.get('vectorStores', configured.use, `vectorStores.${name}`)
  }

  /** Closes each store that was opened, once. */
  async dispose(): Promise<void> {
    const opening = [...this.#opened.values()]
    this.#opened.clear()
    const opened = await Promise.allSettled(opening)
    await disposeAll(opened.flatMap((store) => (store.status === 'fulfilled' ? [store.value] : [])))
  }

  #configured(name: string, where: string): UsedComponent | VectorStore {
    const { vectorStores } = this.#context.config
    const configured = Object.hasOwn(vectorStores, name) ? vectorStores[name] : undefined
    if (configured !== undefined) return configured
    const known = Object.keys(vectorStores)
    throw maestroError('MAESTRO_VECTORS_UNKNOWN', { name, known, where, suggestion: didYouMean(name, known) })
  }

  async #open(name: string): Promise<VectorStore> {
    const configured = this.#configured(name, 'vector store')
    if (isVectorStore(configured)) return configured
    const { registry, resolve, keepSecret, config } = this.#context
    const setting = `vectorStores.${name}`
    const { use, ...own } = configured
    const definition = registry.get('vectorStores', use, setting)
    const given = resolveEnvironment(own, setting, keepSecret) as object
    const options = validOptions(definition, given, setting, config.path ?? 'given in code')
    return definition.create(options, resolve(definition.inject ?? []))
  }
}

function isVectorStore(value: UsedComponent | VectorStore): value is VectorStore {
  return 'addVectors' in value && !('use' in value)
}
