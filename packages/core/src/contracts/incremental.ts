/** How the runs of a pipeline process only what is new or has changed since the last one. */
export interface IncrementalSettings {
  /** The columns of the source that identify a row. The rows of every output must have them. */
  readonly key: string | readonly string[]
  /** The columns that show whether a row has changed, such as the time of its last change. @default all */
  readonly compare?: readonly string[]
  /** What happens to the rows of an output whose source row is gone. @default 'keep' */
  readonly removed?: 'keep' | 'remove'
}

/** What an incremental run has found in its input. */
export interface IncrementalReport {
  /** Rows with a key that the last finished run did not process. */
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Unchanged rows that the last finished run rejected, and that this run does not try again. */
  readonly failed: number
  /** Unchanged rows that the last finished run rejected, and that this run tries again. */
  readonly retried: number
  /** Rows that the last finished run processed and that are gone. */
  readonly gone: number
  /** Whether the rows of the outputs whose source row is gone were removed. */
  readonly removed: boolean
  /** The last finished run; undefined if there is none that this run can build on. */
  readonly since: string | undefined
  /** Why all rows were processed, if they were. */
  readonly reason?: string
}
