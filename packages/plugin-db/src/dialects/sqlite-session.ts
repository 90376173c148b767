import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { MaestroError } from '@maestro-dataflow/core'
import type Database from 'libsql'
import type { RawConnections } from '../connection/open-pool.js'
import { dbError } from '../errors.js'
import type { Binding } from '../values/encode.js'
import { Held } from './base.js'
import type { Answer, BaseSession, RowCursor } from './session.js'
import { sqliteKind } from './sqlite-kinds.js'

type Sqlite = RawConnections['sqlite']
/** The driver has it, and its types do not. */
type Interruptible = Sqlite & { interrupt(): void }

export type Statement = ReturnType<InstanceType<typeof Database>['prepare']>

/** A connection to a file of SQLite. The driver works in this thread: what takes long is done in pieces. */
export class SqliteSession extends Held<Sqlite> implements BaseSession {
  readonly client = 'sqlite'

  async run(sql: string, bindings: readonly Binding[] = []): Promise<Answer> {
    return this.guarded(() => {
      const statement = this.connection.prepare(sql)
      if (!statement.reader) return { rows: [], changed: statement.run([...bindings]).changes }
      return { rows: statement.all([...bindings]) as Answer['rows'], changed: 0 }
    })
  }

  async runAll(sql: string): Promise<void> {
    await this.guarded(() => void this.connection.exec(sql))
  }

  prepare(sql: string): Statement {
    return this.connection.prepare(sql)
  }

  async stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor> {
    return this.guarded(() => {
      const statement = this.connection.prepare(sql)
      if (!statement.reader) throw dbError('MAESTRO_DB_QUERY', { reason: 'it gives no rows' })
      statement.raw(true).safeIntegers(true)
      const fields = statement.columns().map(({ name, type }) => ({ name, kind: sqliteKind(type ?? '') }))
      // What runs holds a lock: the query begins when its first rows are asked for.
      let rows: IterableIterator<unknown[]> | undefined
      let ended = false
      return {
        fields,
        next: (count) =>
          this.guarded(() => {
            rows ??= statement.iterate([...bindings]) as IterableIterator<unknown[]>
            const taken: unknown[][] = []
            while (!ended && taken.length < count) {
              const { value, done } = rows.next()
              if (done === true) ended = true
              else taken.push(value)
            }
            return taken
          }),
        close: async () => {
          if (rows === undefined || ended) return
          ended = true
          // The driver ends a query only when it fails, or has given its last row.
          ;(this.connection as Interruptible).interrupt()
          try {
            while (rows.next().done !== true);
          } catch {
            // It is ended.
          }
        },
      }
    })
  }

  async beginReading(): Promise<void> {
    await this.runAll('PRAGMA query_only = ON; BEGIN')
  }

  /** Takes the lock of the file, for which others may have to be waited. @throws MAESTRO_DB_LOCKED */
  async begin(): Promise<void> {
    await this.waitForLock(() => this.connection.exec('BEGIN IMMEDIATE'))
  }

  async commit(): Promise<void> {
    await this.waitForLock(() => this.connection.exec('COMMIT'))
  }

  async rollback(): Promise<void> {
    try {
      if (this.connection.inTransaction) this.connection.exec('ROLLBACK')
    } catch (error) {
      this.spoil(error)
    }
  }

  interrupt(): void {
    // Each piece of work is short.
  }

  override async release(): Promise<void> {
    // Settings of a reading are not for whoever has the connection next.
    this.connection.exec('PRAGMA query_only = OFF')
    await super.release()
  }

  /**
   * Before a writing: with a log beside the file, others read what was there before while it goes on. Where the log
   * cannot be had, they wait for each other.
   */
  async prepareWriting(): Promise<void> {
    try {
      this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    } catch {
      // Somebody reads it now, or the file's system has no shared memory.
    }
  }

  /** SQLite's own waiting would hold up the whole process. */
  async waitForLock<Result>(work: () => Result): Promise<Result> {
    const deadline = Date.now() + this.settings.timeouts.lock
    for (let wait = 5; ; wait = Math.min(wait * 2, 200)) {
      try {
        return await this.guarded(work)
      } catch (error) {
        if (!MaestroError.is(error, 'MAESTRO_DB_LOCKED') || Date.now() + wait > deadline) throw error
        await sleep(wait)
      }
    }
  }

  /** Lets others have a turn. */
  async breathe(): Promise<void> {
    await setImmediate()
  }
}
