import type { ComponentDefinition } from '../contracts/component-definition.js'
import type { Executor, ExecutorDefinition } from '../contracts/execution.js'
import type { ResponseCache } from '../contracts/response-cache.js'
import type { Schema } from '../contracts/schema.js'
import type { LLMCapabilities, ServingByKind, ServingKind } from '../contracts/serving.js'
import type { ServingDefinition, ServingPlace } from '../contracts/serving-definition.js'
import type { SharedLimits } from '../contracts/shared-limits.js'
import type { TableEngine } from '../contracts/table-engine.js'
import type { Injected, Token } from '../contracts/token.js'
import type { VectorStore, VectorStoreDefinition } from '../contracts/vector-store.js'
import { assertDefinition } from './definition/assert-definition.js'
import {
  cacheRules,
  executorRules,
  limitsRules,
  servingRules,
  tableEngineRules,
  vectorStoreRules,
} from './definition/component-rules.js'

/** A definition whose types of options and dependencies follow from the schema and the tokens. */
interface TypedComponent<Value, Options, Tokens extends readonly Token<unknown>[]> {
  readonly name: string
  readonly description?: string
  readonly options?: Schema<unknown, Options>
  readonly inject?: Tokens
  create(options: Options, dependencies: Injected<Tokens>): Value
}

/** Defines a response cache that the config names: `cache: { use: 'acme.cache', ...options }`. */
export function defineCache<Options = object, const Tokens extends readonly Token<unknown>[] = []>(
  definition: TypedComponent<ResponseCache, Options, Tokens>,
): ComponentDefinition<ResponseCache> {
  assertDefinition(cacheRules, definition)
  return definition as unknown as ComponentDefinition<ResponseCache>
}

/** Defines a store of shared limits that the config names: `limits: { use: 'acme.limits', ...options }`. */
export function defineSharedLimits<Options = object, const Tokens extends readonly Token<unknown>[] = []>(
  definition: TypedComponent<SharedLimits, Options, Tokens>,
): ComponentDefinition<SharedLimits> {
  assertDefinition(limitsRules, definition)
  return definition as unknown as ComponentDefinition<SharedLimits>
}

/** Defines an executor that the config names: `executor: { use: 'acme.farm', ...options }`. */
export function defineExecutor<Options = object, const Tokens extends readonly Token<unknown>[] = []>(
  definition: TypedComponent<Executor, Options, Tokens> & Pick<ExecutorDefinition, 'workers'>,
): ExecutorDefinition {
  assertDefinition(executorRules, definition)
  return definition as unknown as ExecutorDefinition
}

/** Defines a table engine that the config names: `tableEngine: { use: 'acme.engine', ...options }`. */
export function defineTableEngine<Options = object, const Tokens extends readonly Token<unknown>[] = []>(
  definition: TypedComponent<TableEngine, Options, Tokens>,
): ComponentDefinition<TableEngine> {
  assertDefinition(tableEngineRules, definition)
  return definition as unknown as ComponentDefinition<TableEngine>
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
  defaults?(options: Options): Readonly<Record<string, unknown>> | undefined
  check?(options: Options, place: ServingPlace): void
  create(options: Options, dependencies: Injected<Tokens>): ServingByKind[Kind]
}): ServingDefinition<Kind> {
  assertDefinition(servingRules, definition)
  return definition as unknown as ServingDefinition<Kind>
}

/** Describes a vector store. The types of options and dependencies follow from the schema and the tokens. */
export function defineVectorStore<Options, const Tokens extends readonly Token<unknown>[] = []>(definition: {
  readonly name: string
  readonly description?: string
  readonly options: Schema<unknown, Options>
  readonly inject?: Tokens
  create(options: Options, dependencies: Injected<Tokens>): Promise<VectorStore>
}): VectorStoreDefinition {
  assertDefinition(vectorStoreRules, definition)
  return definition as unknown as VectorStoreDefinition
}
