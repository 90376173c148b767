import { hash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CacheSelection } from '../../contracts/response-cache.js'
import { Eviction, type WrittenAnswer } from './eviction.js'
import type { OpenDatabase } from './open-database.js'
import { fileIdentity } from './set-aside.js'
import { sqliteFailure } from './sqlite-failure.js'

/** An answer that is being written to the disk. */
export interface AnswerWrite {
  readonly key: string
  readonly answer: string
  readonly bytes: number
  readonly parts: string
  readonly model: string | undefined
  readonly step: string | undefined
  readonly rowId: string | undefined
  readonly stored: number
  /** The generation of the run that stores it. */
  readonly generation: number
}

/** An answer that was found. */
export interface FoundAnswer {
  readonly text: string
  readonly stored: number
  readonly used: number
}

/** An open database of answers, which looks answers up and writes them. Every method may throw SQLite's errors. */
export class AnswerDatabase {
  readonly connection: DatabaseSync
  readonly writable: boolean
  /** The open file, even if another file has taken its path. */
  readonly identity: string | undefined
  readonly #statements = new Map<string, StatementSync>()
  readonly #eviction = new Eviction((sql) => this.#prepare(sql))
  #reading: NodeJS.Immediate | undefined

  constructor({ database, writable }: OpenDatabase, path: string) {
    this.connection = database
    this.writable = writable
    this.identity = fileIdentity(path)
  }

  /** All reads in one turn of the event loop share one transaction, which halves the cost of a read. */
  get(key: string): FoundAnswer | undefined {
    this.#beginReading()
    const row = this.#prepare('SELECT key, answer, stored, used FROM answers WHERE place = ?').get(placeOf(key))
    if (row === undefined || row.key !== key) return undefined
    return { text: String(row.answer), stored: Number(row.stored), used: Number(row.used) }
  }

  /**
   * Stores answers and the generations that used others, in one transaction, and evicts what exceeds `maxBytes`.
   *
   * @returns the keys of the written answers that were evicted at once because they do not fit beside the others
   */
  write(writes: readonly AnswerWrite[], used: ReadonlyMap<string, number>, maxBytes: number): ReadonlySet<string> {
    let refused: ReadonlySet<string> = new Set()
    this.#transaction(() => {
      const insert = this.#prepare(
        'INSERT OR REPLACE INTO answers (place, key, stored, used, bytes, model, step, row, answer, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      const written = writes.map((write): WrittenAnswer => {
        const { key, stored, generation, bytes, model = null, step = null, rowId = null, answer, parts } = write
        const place = placeOf(key)
        const { lastInsertRowid } = insert.run(
          ...[place, key, stored, generation, bytes, model, step, rowId, answer, parts],
        )
        return { id: Number(lastInsertRowid), place, key, bytes, generation }
      })
      const touch = this.#prepare('UPDATE answers SET used = ? WHERE place = ? AND key = ? AND used < ?1')
      for (const [key, generation] of used) touch.run(generation, placeOf(key), key)
      refused = this.#eviction.makeRoom(written, () => this.size(), maxBytes)
    })
    return refused
  }

  delete(key: string): boolean {
    this.#endReading()
    return Number(this.#prepare('DELETE FROM answers WHERE place = ? AND key = ?').run(placeOf(key), key).changes) > 0
  }

  /** @returns the number of removed entries */
  clear({ storedBefore, model }: CacheSelection): number {
    this.#endReading()
    const { changes } = this.#prepare(
      'DELETE FROM answers WHERE ($before IS NULL OR stored < $before) AND ($model IS NULL OR model = $model)',
    ).run({ $before: storedBefore === undefined ? null : Date.parse(storedBefore), $model: model ?? null })
    this.#prepare('DELETE FROM removed').run()
    if (Number(changes) > 0) this.#shrink()
    return Number(changes)
  }

  close(): void {
    try {
      this.#endReading()
    } finally {
      this.#statements.clear()
      this.connection.close()
    }
  }

  /** The bytes that the answers and their indexes take in the file. */
  size(): number {
    const sql =
      'SELECT (pages.page_count - free.freelist_count) * size.page_size AS bytes FROM pragma_page_count() pages, pragma_freelist_count() free, pragma_page_size() size'
    return Number(this.#prepare(sql).get()?.bytes)
  }

  /**
   * Returns free space to the file system. If other processes use the file, or the disk is full, the space is reused
   * later.
   */
  #shrink(): void {
    try {
      this.connection.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      if (sqliteFailure(error) === undefined) throw error
    }
  }

  #beginReading(): void {
    if (this.#reading !== undefined) return
    this.#prepare('BEGIN').run()
    this.#reading = setImmediate(() => this.#endReading())
  }

  #endReading(): void {
    if (this.#reading === undefined) return
    clearImmediate(this.#reading)
    this.#reading = undefined
    // After some failures, SQLite has ended the transaction itself.
    if (this.connection.isTransaction) this.#prepare('ROLLBACK').run()
  }

  #transaction(work: () => void): void {
    this.#endReading()
    this.connection.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.connection.exec('COMMIT')
    } catch (error) {
      // On a full disk, SQLite has rolled back itself.
      if (this.connection.isTransaction) this.connection.exec('ROLLBACK')
      throw error
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const made = this.connection.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }
}

/**
 * The place of a key: 52 bits of its hash. An index of numbers is much smaller than an index of keys, and writing the
 * index is the largest cost of storing an answer. If two keys share a place, the later answer replaces the earlier one.
 * Because the key is compared too, the earlier one is then requested again.
 */
function placeOf(key: string): number {
  const digits = /^[0-9a-f]{64}$/.test(key) ? key : hash('sha256', key)
  return Number.parseInt(digits.slice(0, 13), 16)
}
