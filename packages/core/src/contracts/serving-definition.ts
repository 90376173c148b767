import type { ComponentDefinition } from './component-definition.js'
import type { Schema } from './schema.js'
import type { LLMCapabilities, LLMServing, ServingByKind, ServingKind } from './serving.js'
import { createToken } from './token.js'

/** A serving as a plugin contributes it. `create` may defer the loading of a model to the first call. */
export interface ServingDefinition<Kind extends ServingKind = ServingKind>
  extends ComponentDefinition<ServingByKind[Kind]> {
  readonly kind: Kind
  readonly options: Schema<unknown, unknown>
  /** The capabilities of servings with these options, known without creating one. Only for `llm`. */
  capabilities?(options: unknown): LLMCapabilities
  /** The settings that servings with these options send with each request, if the options do not name them. Only for `llm`. */
  defaults?(options: unknown): LLMServing['defaults']
  /**
   * Looks for faults that can be found without creating a serving, such as a package that is not installed. The plan
   * calls it, if the options do not depend on the environment. @throws a typed error
   */
  check?(options: unknown, place: ServingPlace): void
}

/** Where a serving is configured. */
export interface ServingPlace {
  /** The folder of the config, where packages are looked up and relative paths start. */
  readonly directory: string
}

/** The configured servings by name. A serving is created when it is first requested, and then shared. */
export interface Servings {
  /**
   * @param name A name of the config. Operators use `default` and `embedder` if no name is given.
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND
   */
  get<Kind extends ServingKind>(name: string, kind: Kind): ServingByKind[Kind]
}

/** The servings of the run. */
export const SERVINGS = createToken<Servings>('servings')

/** A language model, as a name or as an object. */
export type ServingReference = string | LLMServing
