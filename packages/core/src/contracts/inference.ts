import type { StorageCheckContext } from './storage.js'

/** The number of rows that a source looks at to infer the types of its columns, unless somebody asks for others. */
export const rowsToInfer = 10_000

/** What a source receives that infers its options. */
export interface InferenceContext extends StorageCheckContext {
  /** The number of rows to look at. */
  readonly rows: number
}
