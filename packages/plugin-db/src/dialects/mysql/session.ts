import type { Socket } from 'node:net'
import type { Connection } from 'mysql2'
import type { ConnectionSettings } from '../../connection/connection-settings.js'
import { dbError } from '../../errors.js'
import type { InsertTarget, RowInserter } from '../../sink/row-inserter.js'
import type { TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { Binding } from '../../values/encode.js'
import { HeldSession } from '../held-session.js'
import type { Pooled } from '../knex-pool.js'
import type { Answer, DatabaseSession, RowCursor } from '../session.js'
import { describeMysqlTable } from './describe-table.js'
import { MysqlInserter } from './inserter.js'
import { type FieldDescription, kindOfField } from './kinds.js'

/** A connection to MariaDB or MySQL. */
export class MysqlSession extends HeldSession<Connection> implements DatabaseSession {
  readonly #kill: (thread: number) => Promise<void>
  #namesLocked = false
  /** Whether the connection was closed in the middle of a result. */
  #leftQuery = false

  /** @param kill Closes the connection of a thread, over a connection of its own. */
  constructor(
    settings: ConnectionSettings,
    connection: Pooled<Connection>,
    giveBack: () => Promise<void>,
    kill: (thread: number) => Promise<void>,
  ) {
    super(settings, connection, giveBack)
    this.#kill = kill
  }

  async run(sql: string, bindings: readonly Binding[] = []): Promise<Answer> {
    return this.guarded(async () => {
      const connection = this.connection.promise()
      const [result] =
        bindings.length === 0 ? await connection.query(sql) : await connection.execute(sql, [...bindings])
      return Array.isArray(result)
        ? { rows: result as Answer['rows'], changed: 0 }
        : { rows: [], changed: (result as { affectedRows: number }).affectedRows }
    })
  }

  async stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor> {
    const { connection } = this
    const options = { sql, values: [...bindings], rowsAsArray: true }
    const query = bindings.length === 0 ? connection.query(options) : connection.execute(options)
    let waiting: unknown[][] = []
    let wanted = 0
    let ended = false
    let error: unknown
    let wake: (() => void) | undefined
    const fields = new Promise<readonly FieldDescription[]>((resolve, reject) => {
      query.on('fields', (found: unknown) => resolve(describeFields(found as FieldDescription[])))
      const fail = (thrown: unknown) => {
        error ??= thrown
        reject(thrown)
        wake?.()
      }
      query.on('error', fail)
      // A connection that breaks in the middle of a result reports that only to itself.
      connection.once('error', fail)
      query.on('end', () => connection.off('error', fail))
      query.on('end', () => {
        ended = true
        wake?.()
      })
    })
    query.on('result', (row: unknown) => {
      waiting.push(row as unknown[])
      if (waiting.length < wanted) return
      connection.pause()
      wake?.()
    })
    const described = await this.guarded(() => fields)
    return {
      fields: described.map((field) => ({ name: field.name, ...kindOfField(field) })),
      next: async (count) => {
        wanted = count
        if (waiting.length < count && !ended && error === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
            connection.resume()
          })
          wake = undefined
        }
        if (error !== undefined) await this.guarded(() => Promise.reject(error))
        const taken = waiting.slice(0, count)
        waiting = waiting.slice(count)
        return taken
      },
      // Only closing the connection ends a result early.
      close: async () => {
        if (ended || error !== undefined) return
        query.removeAllListeners()
        query.on('error', () => undefined)
        this.spoil('a result was not read to its end')
        this.#leftQuery = true
        connection.destroy()
      },
    }
  }

  async beginReading(): Promise<void> {
    await this.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await this.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  }

  async begin(): Promise<void> {
    await this.run('START TRANSACTION')
  }

  async version(): Promise<string> {
    const { rows } = await this.run('SELECT version() AS version')
    return String(rows[0]?.version)
  }

  describeTable(name: TableName): Promise<TableDescription | undefined> {
    return describeMysqlTable(this, name)
  }

  async tableNames(schema: string | undefined): Promise<readonly string[]> {
    const { rows } = await this.run(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = coalesce(?, database())',
      [schema ?? null],
    )
    return rows.map(({ name }) => String(name))
  }

  createInserter(target: InsertTarget): RowInserter {
    return new MysqlInserter(this, target)
  }

  async lockHolders(): Promise<readonly string[]> {
    const { rows } = await this.run(
      `SELECT concat('process ', t.trx_mysql_thread_id, ' of ', p.user, '@', p.host) AS holder
       FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE t.trx_state = 'RUNNING' AND (t.trx_rows_locked > 0 OR t.trx_tables_locked > 0)
         AND t.trx_mysql_thread_id <> connection_id()`,
    )
    return rows.map(({ holder }) => String(holder))
  }

  /** Locks a name for this session until it is released; waits for its holder. @throws MAESTRO_DB_LOCKED */
  async lockName(name: string): Promise<void> {
    const { lock } = this.settings.timeouts
    const { rows } = await this.run('SELECT get_lock(sha2(?, 256), ?) AS taken', [name, lock / 1000])
    if (Number(rows[0]?.taken) !== 1) {
      const details = { database: this.settings.shown, table: name, milliseconds: lock, holders: [] }
      throw dbError('MAESTRO_DB_LOCKED', { ...details, reason: 'the name was not released' })
    }
    this.#namesLocked = true
  }

  override async release(): Promise<void> {
    if (this.#namesLocked && !this.spoiled) await this.run('DO release_all_locks()').catch((error) => this.spoil(error))
    await super.release()
    // The server does not notice that nobody waits for the query, and would continue it.
    if (this.#leftQuery) await this.#kill(this.connection.threadId).catch(() => undefined)
    this.#leftQuery = false
  }

  interrupt(): void {
    this.spoil('stopped')
    this.#leftQuery = true
    // Not by `destroy()`, because the driver would then never answer its waiting callers.
    ;(this.connection as Connection & { readonly stream: Socket }).stream.destroy()
  }

  async rollback(): Promise<void> {
    if (this.spoiled) return
    await this.connection
      .promise()
      .query('ROLLBACK')
      .catch((error) => this.spoil(error))
  }
}

/**
 * What is known about the fields. The driver refuses names such as `__proto__`; it does not need the names, because
 * rows are lists.
 */
function describeFields(fields: readonly FieldDescription[]): readonly FieldDescription[] {
  return fields.map((field, index) => {
    const { name, columnType, columnLength, characterSet, flags, decimals, extendedFormat } = field
    if (name.startsWith('__')) Object.defineProperty(field, 'name', { value: `field${index}` })
    return { name, columnType, columnLength, characterSet, flags, decimals, extendedFormat }
  })
}
