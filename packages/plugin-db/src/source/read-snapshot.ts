import type { SourceBatch } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { openSession } from '../connection/open-session.js'
import type { RowCursor } from '../dialects/session.js'
import type { Binding } from '../values/encode.js'
import { Pace } from './pace.js'
import { RowBuilder, type RowShape } from './row-builder.js'

/** A statement with its values. */
export interface Select {
  readonly sql: string
  readonly bindings: readonly Binding[]
}

/**
 * Reads all rows in one transaction, as they were when it began. The next rows are fetched while the current ones are
 * processed.
 */
export async function* readSnapshot(
  settings: ConnectionSettings,
  { sql, bindings }: Select,
  shape: RowShape,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceBatch> {
  const session = await openSession(settings, signal)
  const interrupt = () => session.interrupt()
  signal?.addEventListener('abort', interrupt)
  let stream: RowCursor | undefined
  let coming: ReturnType<RowCursor['next']> | undefined
  try {
    await session.beginReading()
    stream = await session.stream(sql, bindings)
    const builder = new RowBuilder(shape, stream.fields)
    const pace = new Pace()
    coming = stream.next(pace.rows)
    for (;;) {
      const rows = await coming
      if (rows.length === 0) return
      const batch = builder.batch(rows)
      pace.note(rows.length, batch.bytes)
      coming = stream.next(pace.rows)
      // A failure is handled when it is awaited.
      coming.catch(() => undefined)
      yield batch
    }
  } finally {
    signal?.removeEventListener('abort', interrupt)
    await coming?.catch(() => undefined)
    await stream?.close().catch(() => undefined)
    await session.rollback()
    await session.release()
  }
}
