import type { ModelSource } from './model-source.js'

/** Where a file is or will be, and how it gets there. */
export interface FileLocation {
  readonly path: string
  /** Empty for a file that the user names: it is there or it is not. */
  readonly sources: readonly ModelSource[]
  readonly bytes?: number
  readonly sha256?: string
  /** Not every model has it. It is looked for once, before the first file of the model comes. */
  readonly optional?: boolean
}
