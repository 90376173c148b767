/** A name under which the container stores something. It is plain data, so that contracts need no container. */
export interface Token<T> {
  readonly id: symbol
  readonly name: string
  /** Carries the type; never set. */
  readonly type?: T
}

/** Creates a token. Two tokens with one name are the same token, whichever copy of a package created them. */
export function createToken<T>(name: string): Token<T> {
  return { id: Symbol.for(`maestro-dataflow.token.${name}`), name }
}

/** The values of a list of tokens, in order. */
export type Injected<Tokens extends readonly Token<unknown>[]> = {
  -readonly [Index in keyof Tokens]: Tokens[Index] extends Token<infer T> ? T : never
}

/** How long a value under a token lives: as long as the project is open, or for one run. */
export type ProviderScope = 'project' | 'run'

/** What a plugin provides under a token: how its value is created when it is first requested. */
export interface Provider<T = unknown> {
  readonly token: Token<T>
  readonly scope: ProviderScope
  readonly inject: readonly Token<unknown>[]
  create(dependencies: readonly unknown[]): T
}

/**
 * Provides a value under a token, for everything that names the token in `inject`. The value is created once in its
 * scope, when it is first requested. If it has a method `dispose`, that is called at the end of the scope.
 *
 * @param create Creates the value from the values of the tokens in `inject`.
 * @example
 * const SEEN = createToken<Set<string>>('acme.seen')
 * definePlugin({ name: 'acme', operators: [unseen], provides: [provide(SEEN, () => new Set(), { scope: 'run' })] })
 */
export function provide<T, const Tokens extends readonly Token<unknown>[] = []>(
  token: Token<T>,
  create: (dependencies: Injected<Tokens>) => NoInfer<T>,
  options: {
    readonly inject?: Tokens
    /** @default 'project' */
    readonly scope?: ProviderScope
  } = {},
): Provider<T> {
  const { inject = [], scope = 'project' } = options
  // The values have the order of `inject`, whose types are those of the parameter.
  return { token, scope, inject, create: create as Provider<T>['create'] }
}
