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
