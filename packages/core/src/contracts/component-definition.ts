import type { Schema } from './schema.js'
import type { Token } from './token.js'

/** Something that the config names by `use`, as a plugin contributes it: how it is made from its options. */
export interface ComponentDefinition<Value> {
  readonly name: string
  readonly description?: string
  /** Of its own options, without `use`. @default it takes none */
  readonly options?: Schema<unknown, unknown>
  readonly inject?: readonly Token<unknown>[]
  create(options: unknown, dependencies: readonly unknown[]): Value
}
