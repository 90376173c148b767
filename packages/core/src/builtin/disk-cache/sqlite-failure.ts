/**
 * What a failure of SQLite means for a cache: another process holds the file at the moment, the file is damaged, or the
 * file system refuses (read-only, full, missing folder).
 */
export type SqliteFailure = 'busy' | 'damaged' | 'refused'

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const codes: Readonly<Record<SqliteFailure, readonly number[]>> = {
  // BUSY, LOCKED, PROTOCOL
  busy: [5, 6, 15],
  // CORRUPT, NOTADB
  damaged: [11, 26],
  // PERM, NOMEM, READONLY, IOERR, FULL, CANTOPEN, NOLFS, AUTH
  refused: [3, 7, 8, 10, 13, 14, 22, 23],
}
const kinds = ['busy', 'damaged', 'refused'] as const

/** @returns undefined for an error that neither SQLite nor the file system threw */
export function sqliteFailure(error: unknown): SqliteFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode !== 'number') return typeof code === 'string' && 'syscall' in error ? 'refused' : undefined
  // Its tables are not those that the cache creates.
  if (errcode === 1 && error.message.startsWith('no such ')) return 'damaged'
  // The lower byte is the primary code; the others refine it.
  return kinds.find((kind) => codes[kind].includes(errcode & 0xff))
}
