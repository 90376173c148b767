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

/** Options of each kind of serving, such as `local.chat`. */
export interface ServingTypes {}

/** Options of each kind of vector store. */
export interface VectorStoreTypes {}

/** Options of each contributed cache. */
export interface CacheTypes {}

/** Options of each contributed executor. */
export interface ExecutorTypes {}

/** Options of each table engine. */
export interface TableEngineTypes {}

/**
 * The names that this project's plugins contribute, by kind, as a union each; written by `maestro types`. Once it is there,
 * the config takes no other names, and no other options where a plugin publishes their types.
 */
export interface ContributedNames {}

/** The names of servings in this project's config; written by `maestro types`. */
export interface ServingNames {}

/** The names of vector stores in this project's config; written by `maestro types`. */
export interface VectorStoreNames {}

/** A serving's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type ServingName = [keyof ServingNames] extends [never] ? string : keyof ServingNames & string

/** A vector store's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type VectorStoreName = [keyof VectorStoreNames] extends [never] ? string : keyof VectorStoreNames & string
