import type { ComponentDefinition } from './component-definition.js'
import type { Schema } from './schema.js'
import type { LLMCapabilities, LLMServing, ServingByKind, ServingKind } from './serving.js'
import { createToken, type Injected, type Token } from './token.js'

/** A serving as a plugin contributes it. `create` may leave the loading of a model to the first call. */
export interface ServingDefinition<Kind extends ServingKind = ServingKind>
  extends ComponentDefinition<ServingByKind[Kind]> {
  readonly kind: Kind
  readonly options: Schema<unknown, unknown>
  /** What servings of these options can do, known without making one. Only for `llm`. */
  capabilities?(options: unknown): LLMCapabilities
}

/** Describes a serving; the types of options and dependencies come from the schema and the tokens. */
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
  create(options: Options, dependencies: Injected<Tokens>): ServingByKind[Kind]
}): ServingDefinition<Kind> {
  return definition as unknown as ServingDefinition<Kind>
}

/** The configured servings by name. A serving is made when first asked for and shared by all who ask. */
export interface Servings {
  /**
   * @param name As in the config; `default` and `embedder` are what operators use when none is given.
   * @throws MAESTRO_SERVING_UNKNOWN, MAESTRO_SERVING_KIND
   */
  get<Kind extends ServingKind>(name: string, kind: Kind): ServingByKind[Kind]
}

/** The servings of the run. */
export const SERVINGS = createToken<Servings>('servings')

/** A language model given by name or as an object. */
export type ServingReference = string | LLMServing
