import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { CacheEntry, CacheRecord } from '../../contracts/response-cache.js'

const columns = 'key, stored, bytes, step, row, parts'

/** The number and the size of the answers. */
export interface AnswerStats {
  readonly entries: number
  readonly bytes: number
  /** When the oldest and the newest answers were stored; not numbers if there are none. */
  readonly oldest: number
  readonly newest: number
}

/** Measures the stored answers by the indexes and the ends of the table, without reading all of it. */
export function answerStats(database: DatabaseSync): AnswerStats {
  const sql = `
    SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes,
      (SELECT stored FROM answers ORDER BY id LIMIT 1) AS oldest,
      (SELECT stored FROM answers ORDER BY id DESC LIMIT 1) AS newest
    FROM answers`
  const { entries, bytes, oldest, newest } = database.prepare(sql).get() ?? {}
  return { entries: Number(entries), bytes: Number(bytes), oldest: Number(oldest), newest: Number(newest) }
}

/** The entries that were stored last, newest first; only those of one row if it is named. */
export function lastAnswers(database: DatabaseSync, last: number, rowId: string | undefined): readonly CacheRecord[] {
  const sql = `SELECT ${columns}, answer FROM answers WHERE $row IS NULL OR row = $row ORDER BY id DESC LIMIT $last`
  const rows = database.prepare(sql).all({ $row: rowId ?? null, $last: last })
  return rows.map((row) => ({ ...toEntry(row), answer: parsed(row.answer) }))
}

/** The entries with this key, or of this row, or whose key begins with this text; newest first. */
export function findEntries(database: DatabaseSync, keyOrRow: string, limit: number): readonly CacheEntry[] {
  if (keyOrRow === '') return []
  for (const where of ['key = $text', 'row = $text', 'substr(key, 1, length($text)) = $text']) {
    const sql = `SELECT ${columns} FROM answers WHERE ${where} ORDER BY id DESC LIMIT $limit`
    const found = database.prepare(sql).all({ $text: keyOrRow, $limit: limit })
    if (found.length > 0) return found.map(toEntry)
  }
  return []
}

/** Every entry, newest first, one after the other. */
export function* allEntries(database: DatabaseSync): Generator<CacheEntry> {
  for (const row of database.prepare(`SELECT ${columns} FROM answers ORDER BY id DESC`).iterate()) yield toEntry(row)
}

/** The JSON of a cell; empty for a damaged one. */
function parsed<Value extends object>(cell: SQLOutputValue | undefined): Value {
  try {
    return JSON.parse(String(cell))
  } catch {
    return {} as Value
  }
}

function toEntry(row: Readonly<Record<string, SQLOutputValue>>): CacheEntry {
  return {
    key: String(row.key),
    parts: parsed(row.parts),
    storedAt: new Date(Number(row.stored)).toISOString(),
    bytes: Number(row.bytes),
    ...(row.step === null ? {} : { step: String(row.step) }),
    ...(row.row === null ? {} : { rowId: String(row.row) }),
  }
}
