import type { ComponentDefinition } from './component-definition.js'
import type { Schema } from './schema.js'
import type { LLMCapabilities, LLMServing, ServingByKind, ServingKind } from './serving.js'
import { createToken, type Injected, type Token } from './token.js'

/** A serving as a plugin contributes it. `create` may defer the loading of a model to the first call. */
export interface ServingDefinition<Kind extends ServingKind = ServingKind>
  extends ComponentDefinition<ServingByKind[Kind]> {
  readonly kind: Kind
  readonly options: Schema<unknown, unknown>
  /** The capabilities of servings with these options, known without creating one. Only for `llm`. */
  capabilities?(options: unknown): LLMCapabilities
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

/** Describes a serving. The types of options and dependencies follow from the schema and the tokens. */
export function defineServing<
  Kind extends ServingKind,
  Options,
  const Tokens extends readonly Token<unknown>[] = [],
>(definition: {
  readonly name: string
  readonly kind: Kind
  readonly description?: string
  readonly options: Schema<unknown, Options>
  readonly inject?: Tokens
  capabilities?(options: Options): LLMCapabilities
  check?(options: Options, place: ServingPlace): void
  create(options: Options, dependencies: Injected<Tokens>): ServingByKind[Kind]
}): ServingDefinition<Kind> {
  return definition as unknown as ServingDefinition<Kind>
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
