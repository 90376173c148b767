/*
 * The registries of types. `maestro types` extends them in `maestro-env.d.ts`, and a plugin may do so itself:
 *
 * declare module '@maestro-dataflow/core' {
 *   interface Operators { 'text.trim': typeof trim }
 * }
 */

/** The definition of each operator by its name. */
export interface Operators {}

/** The definition of each storage, a source or a sink or both, by its name. */
export interface Storages {}

/** The definition of each contributed prompt class by its name. */
export interface Prompts {}

/** The options of each kind of serving, such as `local.chat`. */
export interface ServingTypes {}

/** The options of each kind of vector store. */
export interface VectorStoreTypes {}

/** The options of each contributed cache. */
export interface CacheTypes {}

/** The options of each contributed store of shared limits. */
export interface SharedLimitsTypes {}

/** The options of each contributed executor. */
export interface ExecutorTypes {}

/** The options of each table engine. */
export interface TableEngineTypes {}

/**
 * The names that the plugins of this project contribute, as one union for each kind. `maestro types` writes it. With
 * it, the config accepts no other names, and no other options if a plugin publishes their types.
 */
export interface ContributedNames {}

/** The names of the servings in this project's config. `maestro types` writes it. */
export interface ServingNames {}

/** The names of the vector stores in this project's config. `maestro types` writes it. */
export interface VectorStoreNames {}

/** The name of a serving: one of the config's names if `maestro-env.d.ts` declares them, or else any text. */
export type ServingName = [keyof ServingNames] extends [never] ? string : keyof ServingNames & string

/** The name of a vector store: one of the config's names if `maestro-env.d.ts` declares them, or else any text. */
export type VectorStoreName = [keyof VectorStoreNames] extends [never] ? string : keyof VectorStoreNames & string
