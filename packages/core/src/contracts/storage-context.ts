import type { Logger } from './logger.js'

/** What a source or sink receives from the run. */
export interface StorageContext {
  /** The folder of the config file, where relative paths start. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutside: boolean
  /** Whether web addresses may lie in private networks or on this machine. @default false */
  readonly allowPrivateAddresses?: boolean | undefined
  readonly signal: AbortSignal
  /** The folder of this run, for temporary files and for files that must stay beside its report. */
  readonly runDirectory: string
  readonly logger: Logger
}

/** What a check of a source or sink receives, before any run. */
export type StorageCheckContext = Pick<StorageContext, 'directory' | 'allowOutside' | 'allowPrivateAddresses'>
