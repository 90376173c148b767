import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { MaestroError } from '@maestro-dataflow/core'
import { dbError } from '../../errors.js'
import type { InsertTarget, RowInserter } from '../../sink/row-inserter.js'
import type { TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { Binding } from '../../values/encode.js'
import { HeldSession } from '../held-session.js'
import type { Answer, DatabaseSession, Field, RowCursor } from '../session.js'
import { assertHarmless, type Instruction } from './assert-harmless.js'
import { describeSqliteTable } from './describe-table.js'
import type { Sqlite, Statement } from './driver.js'
import { SqliteInserter } from './inserter.js'
import { sqliteColumn } from './kinds.js'
import { explainOrphans } from './orphans.js'
import { WholeTexts } from './whole-texts.js'

/** The driver has it, but its types do not. */
type Interruptible = Sqlite & { interrupt(): void }

/** A connection to an SQLite file. The driver works in this thread, so long work is split. */
export class SqliteSession extends HeldSession<Sqlite> implements DatabaseSession {
  async run(sql: string, bindings: readonly Binding[] = []): Promise<Answer> {
    return this.guarded(() => {
      const statement = this.connection.prepare(sql)
      if (!statement.reader) return { rows: [], changed: statement.run([...bindings]).changes }
      return { rows: statement.all([...bindings]) as Answer['rows'], changed: 0 }
    })
  }

  override async runAll(sql: string): Promise<void> {
    await this.guarded(() => void this.connection.exec(sql))
  }

  prepare(sql: string): Statement {
    return this.connection.prepare(sql)
  }

  async stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor> {
    return this.guarded(() => {
      const asked = this.connection.prepare(sql)
      if (!asked.reader) throw dbError('MAESTRO_DB_QUERY', { reason: 'it returns no rows' })
      const fields = asked.columns().map(({ name, type }) => ({ name, ...sqliteColumn(type ?? '', false) }))
      const texts = WholeTexts.of(sql, fields)
      const statement = texts === undefined ? asked : this.connection.prepare(texts.sql)
      statement.raw(true).safeIntegers(true)
      // A running query holds a lock, so the query begins when its first rows are requested.
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
              if (done === true) {
                ended = true
                break
              }
              texts?.restore(value)
              taken.push(value)
            }
            return taken
          }),
        close: async () => {
          if (rows === undefined || ended) return
          ended = true
          // The driver ends a query only when it fails or has returned its last row.
          ;(this.connection as Interruptible).interrupt()
          try {
            while (rows.next().done !== true);
          } catch {
            // The query has ended.
          }
        },
      }
    })
  }

  /** SQLite knows the columns before it runs the query; a query around it would rename duplicate columns. */
  override async fieldsOf(sql: string, bindings: readonly Binding[]): Promise<readonly Field[]> {
    const { fields } = await this.stream(sql, bindings)
    return fields
  }

  /** The program that SQLite compiles a statement to. */
  async explain(sql: string): Promise<readonly Instruction[]> {
    return this.guarded(() => {
      const statement = this.connection.prepare(`EXPLAIN ${sql}`)
      const program = statement.all() as Instruction[]
      // The driver ends this kind of statement only by `get`; otherwise, later statements would keep their locks.
      statement.get()
      return program
    })
  }

  override async assertHarmless(sql: string): Promise<void> {
    await assertHarmless(this, sql)
  }

  async beginReading(): Promise<void> {
    await this.runAll('PRAGMA query_only = ON; BEGIN')
  }

  /** Locks the file, and waits for others if necessary. @throws MAESTRO_DB_LOCKED */
  async begin(): Promise<void> {
    await this.waitForLock(() => this.connection.exec('BEGIN IMMEDIATE'))
  }

  override async commit(): Promise<void> {
    await this.waitForLock(() => {
      try {
        this.connection.exec('COMMIT')
      } catch (error) {
        throw explainOrphans(this.connection, error)
      }
    })
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
    // The settings of a reader must not reach the next user of the connection.
    this.connection.exec('PRAGMA query_only = OFF')
    await super.release()
  }

  /**
   * Prepares for writing: with a log beside the file, others read the previous state meanwhile. Without the log, they
   * wait for each other.
   */
  override async prepareWriting(): Promise<void> {
    try {
      this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    } catch {
      // Another process reads the file now, or the file system has no shared memory.
    }
  }

  /** SQLite's own waiting would block the whole process. */
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

  async version(): Promise<string> {
    const { rows } = await this.run("SELECT 'SQLite ' || sqlite_version() AS version")
    return String(rows[0]?.version)
  }

  describeTable(name: TableName): Promise<TableDescription | undefined> {
    return describeSqliteTable(this, name)
  }

  async tableNames(): Promise<readonly string[]> {
    const { rows } = await this.run(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view')`)
    return rows.map(({ name }) => String(name))
  }

  createInserter(target: InsertTarget): RowInserter {
    return new SqliteInserter(this, target)
  }

  /** SQLite does not report who holds a lock. */
  async lockHolders(): Promise<readonly string[]> {
    return []
  }

  /** A writer has the file to itself. */
  async lockName(): Promise<void> {}

  /** Gives other tasks a turn. */
  async breathe(): Promise<void> {
    await setImmediate()
  }
}
