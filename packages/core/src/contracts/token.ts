/** A name under which the container keeps something; plain data, so that contracts need no container. */
export interface Token<T> {
  readonly id: symbol
  readonly name: string
  /** Carries the type; never set. */
  readonly type?: T
}

/** Makes a token. Two tokens of one name are the same token, whichever copy of a package made them. */
export function createToken<T>(name: string): Token<T> {
  return { id: Symbol.for(`maestro-dataflow.token.${name}`), name }
}

/** The values that a list of tokens stands for, in order. */
export type Injected<Tokens extends readonly Token<unknown>[]> = {
  -readonly [Index in keyof Tokens]: Tokens[Index] extends Token<infer T> ? T : never
}

/** How long a value under a token lives: as long as the project is open, or for one run. */
export type ProviderScope = 'project' | 'run'

/** What a plugin puts under a token: how its value is made when it is first asked for. */
export interface Provider<T = unknown> {
  readonly token: Token<T>
  readonly scope: ProviderScope
  readonly inject: readonly Token<unknown>[]
  create(dependencies: readonly unknown[]): T
}

/**
 * Puts a value under a token, for everything that names the token in `inject`. The value is made once in its scope, when
 * it is first asked for; when it has a method `dispose`, that is called at the end of the scope.
 *
 * @param create Makes the value from the values of the tokens in `inject`.
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
  // The values come in the order of `inject`, whose types are those of the parameter.
  return { token, scope, inject, create: create as Provider<T>['create'] }
}
