import type { Row } from './row.js'
import type { SinkDefinition } from './sink.js'
import type { SourceDefinition } from './source.js'
import type { StorageCheckContext } from './storage-context.js'

/** A storage as a plugin contributes it: what `.read(name)` and `.write(name)` use. */
export interface StorageDefinition<
  Name extends string = string,
  Source = SourceDefinition | undefined,
  Sink = SinkDefinition | undefined,
> {
  readonly name: Name
  readonly description?: string
  readonly source?: Source
  readonly sink?: Sink
  /**
   * Tries to reach the target of the options, as far as possible, because the options of a storage in a config may be
   * incomplete. Used by `maestro doctor`.
   *
   * @returns what was reached, in a few words without secrets
   */
  probe?(options: unknown, context: StorageCheckContext): Promise<string>
}

/** Rows in code instead of from a storage. */
export type InlineRows<R = Row> = Iterable<R> | AsyncIterable<R>
