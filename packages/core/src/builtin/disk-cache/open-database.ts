import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { loadSqlite } from './load-sqlite.js'
import { sqliteFailure } from './sqlite-failure.js'

/** Increase it with every change of the tables. A file of another version is set aside. */
export const schemaVersion = 3

/** 'MDfa': identifies the database, so that no other database is mistaken for it. */
const applicationId = 0x4d446661

/**
 * The milliseconds that a statement waits for another process while it blocks the thread. Further waiting does not
 * block.
 */
const standstill = 25

/** Small columns come first, so that reading them does not read long answers. */
const schema = `
  CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    key TEXT NOT NULL,
    stored INTEGER NOT NULL,
    used INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    model TEXT,
    step TEXT,
    row TEXT,
    answer TEXT NOT NULL,
    parts TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX answers_place ON answers (place);
  CREATE INDEX answers_used ON answers (used, id DESC);
  CREATE TABLE removed (place INTEGER PRIMARY KEY, used INTEGER NOT NULL) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/**
 * Group commits do not wait for the disk (NORMAL). They survive the death of the process, even by `kill -9`, because
 * the operating system has them. A power failure may lose the latest of them but never damages the file. FULL would
 * cost one disk flush per commit, tens of milliseconds on a slow disk, to save a few seconds of answers that can be
 * requested again. Checkpoints wait for the disk; at 16 MB they are rare.
 */
const settings = `
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA cache_size = -32000;
  PRAGMA trusted_schema = OFF;
`

/** An open database of answers. */
export interface OpenDatabase {
  readonly database: DatabaseSync
  readonly writable: boolean
}

/**
 * Opens a database of answers, and creates it if it does not exist.
 *
 * @returns 'version' for a database of another version or of another application
 * @throws SQLite's errors
 */
export function openDatabase(path: string): OpenDatabase | 'version' {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path, { timeout: standstill })
  try {
    if (isNew(database)) create(database)
    if (versionOf(database) !== schemaVersion) {
      database.close()
      return 'version'
    }
    database.exec(settings)
    return { database, writable: true }
  } catch (error) {
    database.close()
    const readable = sqliteFailure(error) === 'refused' ? openReadOnly(path) : undefined
    if (readable === undefined) throw error
    return readable
  }
}

/** A file in a read-only place can still be read. */
function openReadOnly(path: string): OpenDatabase | undefined {
  const { DatabaseSync } = loadSqlite()
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const unchanging = pathToFileURL(path)
  // Without it, SQLite tries to create a file beside the database.
  unchanging.searchParams.set('immutable', '1')
  for (const place of [path, unchanging]) {
    const database = new DatabaseSync(place, { readOnly: true, timeout: standstill })
    try {
      if (versionOf(database) === schemaVersion) return { database, writable: false }
    } catch {
      // The next way of opening may work.
    }
    database.close()
  }
  return undefined
}

function isNew(database: DatabaseSync): boolean {
  return pragma(database, 'user_version') === 0 && tables(database) === 0
}

function create(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
  try {
    // Another process may have created it meanwhile.
    if (isNew(database)) database.exec(schema)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** @returns -1 for a database of another application */
function versionOf(database: DatabaseSync): number {
  return pragma(database, 'application_id') === applicationId ? pragma(database, 'user_version') : -1
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

function tables(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count)
}
