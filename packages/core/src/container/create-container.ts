import 'reflect-metadata'
import { Container } from 'inversify'
import type { Injected, Token } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { type Disposable, disposeAll } from './dispose-all.js'

/** How a token's value is made: from the values of other tokens. */
export interface Factory<T, Tokens extends readonly Token<unknown>[]> {
  readonly inject: Tokens
  readonly create: (...dependencies: Injected<Tokens>) => T
}

/** The container behind tokens: values are made once, when first asked for, and freed with the scope that made them. */
export class TokenContainer {
  readonly #container: Container
  readonly #made: Disposable[] = []

  constructor(parent?: Container) {
    this.#container = new Container(parent === undefined ? {} : { parent })
  }

  /** Keeps a value under a token. The one who made it frees it. */
  bindValue<T>(token: Token<T>, value: T): this {
    this.#container.bind(token.id).toConstantValue(value)
    return this
  }

  /** Makes a value when it is first asked for; it is freed with this scope. */
  bindFactory<T, const Tokens extends readonly Token<unknown>[]>(token: Token<T>, factory: Factory<T, Tokens>): this {
    // What it needs comes from here, also when an inner scope asks first: the value outlives that scope.
    const create = () => {
      const value = factory.create(...this.resolveAll(factory.inject))
      if (isDisposable(value)) this.#made.push(value)
      return value
    }
    this.#container.bind(token.id).toDynamicValue(create).inSingletonScope()
    return this
  }

  /** Whether a value can be had for a token. */
  has(token: Token<unknown>): boolean {
    return this.#container.isBound(token.id)
  }

  /** @throws MAESTRO_CONTAINER_UNKNOWN_TOKEN */
  resolve<T>(token: Token<T>): T {
    if (!this.has(token)) throw maestroError('MAESTRO_CONTAINER_UNKNOWN_TOKEN', { token: token.name })
    return this.#container.get<T>(token.id)
  }

  /** The values of several tokens, in order. @throws MAESTRO_CONTAINER_UNKNOWN_TOKEN */
  resolveAll<const Tokens extends readonly Token<unknown>[]>(tokens: Tokens): Injected<Tokens> {
    return tokens.map((token) => this.resolve(token)) as Injected<Tokens>
  }

  /** A scope of its own, for one run: it sees what this container holds, and what it adds goes with it. */
  createScope(): TokenContainer {
    return new TokenContainer(this.#container)
  }

  /**
   * Frees what this scope made, newest first, each once.
   *
   * @throws the first failure, when all have had their turn
   */
  async dispose(): Promise<void> {
    try {
      await disposeAll(this.#made.splice(0).reverse())
    } finally {
      await this.#container.unbindAllAsync()
    }
  }
}

function isDisposable(value: unknown): value is Disposable {
  return typeof (value as Disposable | null | undefined)?.dispose === 'function'
}
