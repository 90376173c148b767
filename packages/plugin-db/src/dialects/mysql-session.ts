import type { Socket } from 'node:net'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { RawConnections } from '../connection/open-pool.js'
import { dbError } from '../errors.js'
import type { Binding } from '../values/encode.js'
import type { ValueKind } from '../values/value-kind.js'
import { Held } from './base.js'
import type { Answer, BaseSession, RowCursor } from './session.js'

type Mysql = RawConnections['mysql']

interface FieldDescription {
  readonly name: string
  readonly columnType: number | undefined
  readonly columnLength: number | undefined
  readonly characterSet: number | undefined
  /** MariaDB says here that a text is JSON. */
  readonly extendedFormat: string | undefined
}

/** A connection to MariaDB or MySQL. */
export class MysqlSession extends Held<Mysql> implements BaseSession {
  readonly client = 'mysql'
  #namesLocked = false
  /** Whether the connection was ended in the middle of an answer. */
  #leftQuery = false
  readonly #kill: (connectionId: number) => Promise<void>

  /** @param kill Ends a connection at the server, which does not notice that nobody reads its answer any more. */
  constructor(
    settings: ConnectionSettings,
    connection: Mysql,
    giveBack: () => Promise<void>,
    kill: (connectionId: number) => Promise<void>,
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

  async runAll(sql: string): Promise<void> {
    await this.run(sql)
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
      // A connection that breaks in the middle of an answer tells itself only.
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
      fields: described.map((field) => ({ name: field.name, kind: mysqlKind(field) })),
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
      // There is no way to end an answer but to end the connection.
      close: async () => {
        if (ended || error !== undefined) return
        query.removeAllListeners()
        query.on('error', () => undefined)
        this.spoil('an answer was not read to its end')
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

  async commit(): Promise<void> {
    await this.run('COMMIT')
  }

  /** Keeps a name for this session until it is released; waits for whoever has it. @throws MAESTRO_DB_LOCKED */
  async lockName(name: string): Promise<void> {
    const { lock } = this.settings.timeouts
    const { rows } = await this.run('SELECT get_lock(sha2(?, 256), ?) AS taken', [name, lock / 1000])
    if (Number(rows[0]?.taken) !== 1) {
      const details = { database: this.settings.shown, table: name, milliseconds: lock, holders: [] }
      throw dbError('MAESTRO_DB_LOCKED', { ...details, reason: 'the name was not given free' })
    }
    this.#namesLocked = true
  }

  override async release(): Promise<void> {
    if (this.#namesLocked && !this.spoiled) await this.run('DO release_all_locks()').catch((error) => this.spoil(error))
    await super.release()
    // Its own connection is given back by now: the pool may hold no more than one.
    if (this.#leftQuery) await this.#kill(Number(this.connection.threadId)).catch(() => undefined)
    this.#leftQuery = false
  }

  interrupt(): void {
    this.spoil('stopped')
    this.#leftQuery = true
    // Not by `destroy()`, after which the driver leaves those waiting who wait for an answer.
    ;(this.connection as Mysql & { readonly stream: Socket }).stream.destroy()
  }

  async rollback(): Promise<void> {
    if (this.spoiled) return
    await this.connection
      .promise()
      .query('ROLLBACK')
      .catch((error) => this.spoil(error))
  }
}

/** What is known of the fields. The driver refuses names such as `__proto__`, and it needs none: rows come as lists. */
function describeFields(fields: readonly FieldDescription[]): readonly FieldDescription[] {
  return fields.map((field, index) => {
    const { name, columnType, columnLength, characterSet, extendedFormat } = field
    if (name.startsWith('__')) Object.defineProperty(field, 'name', { value: `field${index}` })
    return { name, columnType, columnLength, characterSet, extendedFormat }
  })
}

const binaryCharacters = 63

/** By the number of a type in MySQL's protocol. */
const kinds: ReadonlyMap<number, ValueKind> = new Map([
  [0, 'decimal'],
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [4, 'number'],
  [5, 'number'],
  [7, 'timestamp'],
  [8, 'bigint'],
  [9, 'integer'],
  [10, 'day'],
  [12, 'local'],
  [13, 'integer'],
  [16, 'bits'],
  [245, 'json'],
  [246, 'decimal'],
])

const texts = new Set([15, 249, 250, 251, 252, 253, 254])

function mysqlKind({ columnType = 253, columnLength, characterSet, extendedFormat }: FieldDescription): ValueKind {
  if (extendedFormat === 'json') return 'json'
  if (texts.has(columnType)) return characterSet === binaryCharacters ? 'bytes' : 'text'
  if (columnType === 1 && columnLength === 1) return 'boolean'
  return kinds.get(columnType) ?? 'other'
}
