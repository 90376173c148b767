import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { CacheEntry, CacheRecord, CacheSelection } from '../../contracts/response-cache.js'
import type { OpenDatabase } from './open-database.js'
import { fileIdentity } from './set-aside.js'
import { sqliteFailure } from './sqlite-failure.js'

/** An answer on its way to the disk. */
export interface AnswerWrite {
  readonly key: string
  readonly answer: string
  readonly bytes: number
  readonly parts: string
  readonly model: string | undefined
  readonly step: string | undefined
  readonly rowId: string | undefined
  readonly stored: number
}

/** An answer that was found. */
export interface FoundAnswer {
  readonly text: string
  readonly stored: number
  readonly used: number
}

type Found = Readonly<Record<string, SQLOutputValue>>

const entryColumns = 'key, stored, bytes, step, row, parts'

/** One open database of answers, and all that is said to it. Every method may throw what SQLite says. */
export class AnswerDatabase {
  readonly writable: boolean
  /** The file that is open, also when another has taken its path. */
  readonly identity: string | undefined
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #reading: NodeJS.Immediate | undefined

  constructor({ database, writable }: OpenDatabase, path: string) {
    this.#database = database
    this.writable = writable
    this.identity = fileIdentity(path)
  }

  /** Those of one turn of the event loop see the file as it was at its beginning: that halves what a look costs. */
  get(key: string): FoundAnswer | undefined {
    this.#beginReading()
    const row = this.#prepare('SELECT key, answer, stored, used FROM answers WHERE key = ?').get(key)
    // The key is looked at again: whatever may be wrong with an index, no answer goes to another question.
    if (row === undefined || row.key !== key) return undefined
    return { text: String(row.answer), stored: Number(row.stored), used: Number(row.used) }
  }

  /** Puts answers in and notes when others were used last; all of it or nothing. */
  write(writes: readonly AnswerWrite[], used: ReadonlyMap<string, number>, maxBytes: number): void {
    this.#transaction(() => {
      const insert = this.#prepare(
        'INSERT OR REPLACE INTO answers (key, stored, used, bytes, model, step, row, answer, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      for (const { key, stored, bytes, model = null, step = null, rowId = null, answer, parts } of writes)
        insert.run(key, stored, stored, bytes, model, step, rowId, answer, parts)
      const touch = this.#prepare('UPDATE answers SET used = ? WHERE key = ?')
      for (const [key, time] of used) touch.run(time, key)
      while (this.#evict(this.#size() - maxBytes));
    })
  }

  delete(key: string): boolean {
    this.#endReading()
    return Number(this.#prepare('DELETE FROM answers WHERE key = ?').run(key).changes) > 0
  }

  /** @returns how many entries went */
  clear({ storedBefore, model }: CacheSelection): number {
    this.#endReading()
    const { changes } = this.#prepare(
      'DELETE FROM answers WHERE ($before IS NULL OR stored < $before) AND ($model IS NULL OR model = $model)',
    ).run({ $before: storedBefore === undefined ? null : Date.parse(storedBefore), $model: model ?? null })
    if (Number(changes) > 0) this.#shrink()
    return Number(changes)
  }

  stats(): { readonly entries: number; readonly bytes: number; readonly oldest: number; readonly newest: number } {
    const { entries, bytes } =
      this.#prepare('SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM answers').get() ?? {}
    const { oldest, newest } =
      this.#prepare('SELECT min(stored) AS oldest, max(stored) AS newest FROM answers').get() ?? {}
    return { entries: Number(entries), bytes: Number(bytes), oldest: Number(oldest), newest: Number(newest) }
  }

  /** The entries stored last, the newest first. */
  list(last: number, rowId: string | undefined): readonly CacheRecord[] {
    return this.#prepare(
      `SELECT ${entryColumns}, answer FROM answers WHERE $row IS NULL OR row = $row ORDER BY id DESC LIMIT $last`,
    )
      .all({ $row: rowId ?? null, $last: last })
      .map((row) => ({ ...toEntry(row), answer: JSON.parse(String(row.answer)) }))
  }

  /** Entries of this key, or of this row, or whose key begins so; the newest first. */
  find(keyOrRow: string, limit: number): readonly CacheEntry[] {
    const select = (where: string, ...values: string[]) =>
      this.#prepare(`SELECT ${entryColumns} FROM answers WHERE ${where} ORDER BY id DESC LIMIT ?`)
        .all(...values, limit)
        .map(toEntry)
    if (keyOrRow === '') return []
    const exact = select('key = ?', keyOrRow)
    if (exact.length > 0) return exact
    const ofRow = select('row = ?', keyOrRow)
    return ofRow.length > 0 ? ofRow : select('key > ? AND key < ?', keyOrRow, `${keyOrRow}\u{10ffff}`)
  }

  /** Every entry, the newest first, one after the other. */
  *entries(): Generator<CacheEntry> {
    for (const row of this.#prepare(`SELECT ${entryColumns} FROM answers ORDER BY id DESC`).iterate())
      yield toEntry(row)
  }

  close(): void {
    try {
      this.#endReading()
    } finally {
      this.#statements.clear()
      this.#database.close()
    }
  }

  /** Bytes that the answers and their indexes take in the file. */
  #size(): number {
    const sql =
      'SELECT (pages.page_count - free.freelist_count) * size.page_size AS bytes FROM pragma_page_count() pages, pragma_freelist_count() free, pragma_page_size() size'
    return Number(this.#prepare(sql).get()?.bytes)
  }

  /** Gives room back to the file system. When others are at the file, or the disk is full, the room is used again later. */
  #shrink(): void {
    try {
      this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      if (sqliteFailure(error) === undefined) throw error
    }
  }

  /** Takes out some of the entries that were not used for longest. @returns whether that may not have been enough */
  #evict(excess: number): boolean {
    if (excess <= 0) return false
    const remove = this.#prepare('DELETE FROM answers WHERE id = ?')
    const oldest = this.#prepare('SELECT id, bytes FROM answers ORDER BY used, bytes LIMIT 64').all()
    let left = excess
    for (const { id, bytes } of oldest) {
      if (left <= 0) break
      remove.run(Number(id))
      left -= Number(bytes)
    }
    return oldest.length > 0
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
    // After some failures SQLite has ended it by itself.
    if (this.#database.isTransaction) this.#prepare('ROLLBACK').run()
  }

  #transaction(work: () => void): void {
    this.#endReading()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      // On a full disk SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const made = this.#database.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }
}

function toEntry(row: Found): CacheEntry {
  return {
    key: String(row.key),
    parts: JSON.parse(String(row.parts)),
    storedAt: new Date(Number(row.stored)).toISOString(),
    bytes: Number(row.bytes),
    ...(row.step === null ? {} : { step: String(row.step) }),
    ...(row.row === null ? {} : { rowId: String(row.row) }),
  }
}
