import 'reflect-metadata'
import { Container } from 'inversify'
import type { Injected, Provider, ProviderScope, Token } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { type Disposable, disposeAll, disposedInTime } from './dispose-all.js'

/** Where a container finds what plugins provide. */
export interface ProviderSource {
  find(token: Token<unknown>, scope: ProviderScope): Provider | undefined
  scopeOf(token: Token<unknown>): ProviderScope | undefined
}

const noProviders: ProviderSource = { find: () => undefined, scopeOf: () => undefined }

/**
 * The container of tokens. It creates a value when it is first requested, and disposes it with the scope that created
 * it.
 */
export class TokenContainer {
  readonly #providers: ProviderSource
  readonly #parent: TokenContainer | undefined
  readonly #container: Container
  readonly #made: Disposable[] = []
  /** The tokens whose values are being created, to detect cycles. */
  readonly #making: Token<unknown>[] = []

  constructor(providers: ProviderSource = noProviders, parent?: TokenContainer) {
    this.#providers = providers
    this.#parent = parent
    this.#container = new Container(parent === undefined ? {} : { parent: parent.#container })
  }

  /** Stores a value under a token. Its creator disposes it. */
  bindValue<T>(token: Token<T>, value: T): this {
    this.#container.bind(token.id).toConstantValue(value)
    return this
  }

  /** Binds a value that is created when it is first requested and disposed with this scope. */
  bindProvider<T>({ token, inject, create }: Omit<Provider<T>, 'scope'>): this {
    // Its dependencies come from this scope, even if an inner scope requests it first, because the value outlives that
    // scope.
    const make = () => {
      const value = this.#withoutCycle(token, () => create(this.resolveAll(inject)))
      if (isDisposable(value)) this.#made.push(disposedInTime(token.name, value))
      return value
    }
    this.#container.bind(token.id).toDynamicValue(make).inSingletonScope()
    return this
  }

  /** Whether a token has a value. */
  has(token: Token<unknown>): boolean {
    this.#bindProvided(token)
    return this.#container.isBound(token.id)
  }

  /** @throws MAESTRO_CONTAINER_UNKNOWN_TOKEN, MAESTRO_CONTAINER_CYCLE, and what `create` of the value throws */
  resolve<T>(token: Token<T>): T {
    if (!this.has(token)) {
      const ofRun = this.#providers.scopeOf(token) === 'run'
      throw maestroError('MAESTRO_CONTAINER_UNKNOWN_TOKEN', { token: token.name, by: this.#making.at(-1)?.name, ofRun })
    }
    return this.#container.get<T>(token.id)
  }

  /** The values of several tokens, in order. @throws like `resolve` */
  resolveAll<const Tokens extends readonly Token<unknown>[]>(tokens: Tokens): Injected<Tokens> {
    return tokens.map((token) => this.resolve(token)) as Injected<Tokens>
  }

  /** Creates a scope for one run. It sees what this container holds, and what it adds ends with it. */
  createScope(): TokenContainer {
    return new TokenContainer(this.#providers, this)
  }

  /**
   * Disposes what this scope created, newest first, each once.
   *
   * @throws the first failure, after all of them had their turn
   */
  async dispose(): Promise<void> {
    try {
      await disposeAll(this.#made.splice(0).reverse())
    } finally {
      await this.#container.unbindAllAsync()
    }
  }

  /** What a plugin provides is bound when it is first requested, because plugins are loaded one after the other. */
  #bindProvided(token: Token<unknown>): void {
    if (this.#parent !== undefined) this.#parent.#bindProvided(token)
    const provider = this.#providers.find(token, this.#parent === undefined ? 'project' : 'run')
    if (provider !== undefined && !this.#container.isCurrentBound(token.id)) this.bindProvider(provider)
  }

  #withoutCycle<T>(token: Token<unknown>, make: () => T): T {
    const first = this.#making.findIndex(({ id }) => id === token.id)
    if (first !== -1)
      throw maestroError('MAESTRO_CONTAINER_CYCLE', {
        tokens: [...this.#making.slice(first), token].map(({ name }) => name),
      })
    this.#making.push(token)
    try {
      return make()
    } finally {
      this.#making.pop()
    }
  }
}

function isDisposable(value: unknown): value is Disposable {
  return typeof (value as Disposable | null | undefined)?.dispose === 'function'
}
