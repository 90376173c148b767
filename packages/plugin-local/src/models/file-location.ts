import type { ModelSource } from './model-source.js'

/** The place of a file, and how to obtain it. */
export interface FileLocation {
  readonly path: string
  /** Empty for a file that the user names, which is never downloaded. */
  readonly sources: readonly ModelSource[]
  readonly bytes?: number
  readonly sha256?: string
  /** Not every model has this file. It is looked up once, before the first file of the model is downloaded. */
  readonly optional?: boolean
}
