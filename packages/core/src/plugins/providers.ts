import type { Provider, ProviderScope, Token } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'

/** What plugins provide under tokens, with the plugin of each. A token has one provider. */
export class Providers {
  readonly #byToken = new Map<symbol, { readonly plugin: string; readonly provider: Provider }>()

  readonly #reserved: ReadonlySet<symbol>

  /** @param reserved The tokens of core, which no plugin may provide. */
  constructor(reserved: readonly Token<unknown>[] = []) {
    this.#reserved = new Set(reserved.map(({ id }) => id))
  }

  /** @throws MAESTRO_CONTAINER_TOKEN_TAKEN naming both plugins */
  assertFree(plugin: string, providers: readonly Provider[]): void {
    const own = new Set<symbol>()
    for (const { token } of providers) {
      const first = own.has(token.id) ? plugin : this.#ownerOf(token)
      if (first !== undefined)
        throw maestroError('MAESTRO_CONTAINER_TOKEN_TAKEN', { token: token.name, first, second: plugin })
      own.add(token.id)
    }
  }

  add(plugin: string, providers: readonly Provider[]): void {
    for (const provider of providers) this.#byToken.set(provider.token.id, { plugin, provider })
  }

  /** The provider of a token's value in a scope. */
  find(token: Token<unknown>, scope: ProviderScope): Provider | undefined {
    const provider = this.#byToken.get(token.id)?.provider
    return provider?.scope === scope ? provider : undefined
  }

  /** The scope in which a token's value is created. */
  scopeOf(token: Token<unknown>): ProviderScope | undefined {
    return this.#byToken.get(token.id)?.provider.scope
  }

  #ownerOf({ id }: Token<unknown>): string | undefined {
    return this.#reserved.has(id) ? 'core' : this.#byToken.get(id)?.plugin
  }
}
