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
// biome-ignore lint/correctness/noUnusedVariables: plugins merge members that use it
export type OperatorOptions<Row> = {}

/** The row after each operator, from the row before and the options given. */
// biome-ignore lint/correctness/noUnusedVariables: plugins merge members that use them
export type OperatorOutput<Row, Options> = {}

/** Options of each source by name. */
export type SourceOptions = {}

/** The rows of each source, from the options given. */
// biome-ignore lint/correctness/noUnusedVariables: plugins merge members that use it
export type SourceOutput<Options> = {}

/** Options of each sink by name. */
// biome-ignore lint/correctness/noUnusedVariables: plugins merge members that use it
export type SinkOptions<Row> = {}

/** Options of each kind of serving, such as `local.chat`. */
export type ServingTypes = {}

/** Options of each kind of vector store. */
export type VectorStoreTypes = {}

/** Options of each contributed prompt class. */
// biome-ignore lint/correctness/noUnusedVariables: plugins merge members that use it
export type PromptTypes<Row> = {}

/** The names of servings in this project's config; written by `maestro types`. */
export type ServingNames = {}

/** The names of vector stores in this project's config; written by `maestro types`. */
export type VectorStoreNames = {}

/** A serving's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type ServingName = [keyof ServingNames] extends [never] ? string : keyof ServingNames & string

/** A vector store's name: one of the config's when `maestro-env.d.ts` declares them, else any text. */
export type VectorStoreName = [keyof VectorStoreNames] extends [never] ? string : keyof VectorStoreNames & string

/** The names of a row's columns. */
export type Column<Row> = keyof Row & string

/** An object type as one flat list of members. */
export type Flat<T> = { [K in keyof T]: T[K] } & {}

/** A row with columns added; an added column replaces one of the same name. */
export type With<Row, Added> = Flat<Omit<Row, keyof Added> & Added>

/** The TypeScript value of a column type. */
export type ValueOf<Type> = Type extends keyof ColumnValue ? ColumnValue[Type] : unknown
