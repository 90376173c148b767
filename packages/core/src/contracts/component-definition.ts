import type { Schema } from './schema.js'
import type { Token } from './token.js'

/** A component that the config names by `use`, as a plugin contributes it: how it is created from its options. */
export interface ComponentDefinition<Value> {
  readonly name: string
  readonly description?: string
  /** The schema of its own options, without `use`. @default it has none */
  readonly options?: Schema<unknown, unknown>
  readonly inject?: readonly Token<unknown>[]
  create(options: unknown, dependencies: readonly unknown[]): Value
}
