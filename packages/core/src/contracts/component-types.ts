import type { ColumnValue } from './row.js'

/*
 * The registries of types. Plugins extend them by declaration merging:
 *
 * declare module '@maestro-dataflow/core' {
 *   interface OperatorOptions<Row> { 'text.trim': { columns: readonly Column<Row>[] } }
 *   interface OperatorOutput<Row, Options> { 'text.trim': Row }
 * }
 */

/** Options of each operator by name; may mention the columns of `Row`. */
export interface OperatorOptions<Row> {}

/** The row after each operator, from the row before and the options given. */
export interface OperatorOutput<Row, Options> {}

/** Options of each source by name. */
export interface SourceOptions {}

/** The rows of each source, from the options given. */
export interface SourceOutput<Options> {}

/** Options of each sink by name. */
export interface SinkOptions<Row> {}

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

/** Options of each contributed prompt class by name; may mention the columns of `Row`. */
export interface PromptTypes<Row> {}

/** The names of servings in this project's config; written by `maestro types`. */
export interface ServingNames {}

/** The names of vector stores in this project's config; written by `maestro types`. */
export interface VectorStoreNames {}

/** A serving's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type ServingName = [keyof ServingNames] extends [never] ? string : keyof ServingNames & string

/** A vector store's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type VectorStoreName = [keyof VectorStoreNames] extends [never] ? string : keyof VectorStoreNames & string

/** A contributed prompt class over a row, picked by its name: `{ use: 'shout.prompt', tone: 'angry' }`. */
export type PromptReference<Row> = {
  [Name in keyof PromptTypes<Row>]: { readonly use: Name } & PromptTypes<Row>[Name]
}[keyof PromptTypes<Row>]

/** Another source, picked by its name: `{ use: 'fs.file', path: 'data/companies.csv' }`. */
export type SourceReference = {
  [Name in keyof SourceOptions]: { readonly use: Name } & SourceOptions[Name]
}[keyof SourceOptions]

/** The rows of a source that is picked by its name. */
export type SourceRow<Reference> = Reference extends { readonly use: infer Name }
  ? Name extends keyof SourceOutput<Reference>
    ? SourceOutput<Reference>[Name]
    : Record<string, unknown>
  : never

/** Options of a storage that the config names: those of its kind, of which the config may have given some. */
export type StoredSource<Kind> = Kind extends keyof SourceOptions ? Partial<SourceOptions[Kind]> : never

/** The rows of a storage that the config names. */
export type StoredRow<Kind, Options> = Kind extends keyof SourceOutput<Options> ? SourceOutput<Options>[Kind] : never

/** Options of writing to a storage that the config names. */
export type StoredSink<Kind, Row> = Kind extends keyof SinkOptions<Row> ? Partial<SinkOptions<Row>[Kind]> : never

/** The names of a row's columns. */
export type Column<Row> = keyof Row & string

/** An object type as one flat list of members. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** A row with columns added; an added column replaces one of the same name. */
export type With<Row, Added> = Flat<Omit<Row, keyof Added> & Added>

/** The TypeScript value of a column type. */
export type ValueOf<Type> = Type extends keyof ColumnValue ? ColumnValue[Type] : unknown
