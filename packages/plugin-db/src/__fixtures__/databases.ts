import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MaestroError, pipeline, type Row, type RunReport } from '@maestro-dataflow/core'
import { type MaestroOptions, maestro } from '@maestro-dataflow/core/runtime'
import Database from 'libsql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import type { SqliteConnection } from '../connection/connection-options.js'
import type { TableSinkOptions, TableSourceOptions } from '../options.js'
import db from '../index.js'

/** What the set-up of the tests says of a server that it has started. */
interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly certificate: string
}

/** A server that the set-up of the tests has started. */
export interface TestServer extends Omit<ServerAddress, 'certificate'> {
  readonly client: 'postgres' | 'mariadb'
}

export type TestConnection = TestServer | SqliteConnection

declare module 'vitest' {
  interface ProvidedContext {
    postgres: ServerAddress | undefined
    mariadb: ServerAddress | undefined
    /** PostgreSQL with pgvector. */
    pgvector: ServerAddress | undefined
  }
}

export type DatabaseName = 'sqlite' | 'postgres' | 'mariadb'

/** The available databases. The set-up of the tests says why one is not available. */
export const databases: readonly DatabaseName[] = [
  'sqlite',
  ...(inject('postgres') === undefined ? [] : (['postgres'] as const)),
  ...(inject('mariadb') === undefined ? [] : (['mariadb'] as const)),
]

/** An empty database for one test file, and the operations of tests on it. */
export function temporaryDatabase(name: DatabaseName, server = name === 'sqlite' ? undefined : inject(name)) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-db-'))
  const database = `maestro_${randomBytes(6).toString('hex')}`
  let tables = 0

  const connection = ((): TestConnection => {
    if (server === undefined) return { client: 'sqlite', path: 'test.db' }
    const { host, port, user, password } = server
    return { client: name as 'postgres' | 'mariadb', host, port, user, password, database }
  })()

  /** Runs statements with the driver alone. @returns the rows of the last one */
  const sql = async (text: string, values: readonly unknown[] = [], at: TestConnection = connection): Promise<Row[]> => {
    if (at.client === 'sqlite') {
      const file = new Database(join(folder, at.path), { timeout: 5000 })
      try {
        if (values.length === 0 && !/^\s*(select|with|pragma)/i.test(text)) return (file.exec(text), [])
        const statement = file.prepare(text)
        return statement.reader ? (statement.all([...values]) as Row[]) : (statement.run([...values]), [])
      } finally {
        file.close()
      }
    }
    const { client, ...access } = at
    if (client === 'postgres') {
      const one = new pg.Client(access)
      await one.connect()
      try {
        const result = await (values.length === 0 ? one.query(text) : one.query(text, [...values]))
        return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows
      } finally {
        await one.end()
      }
    }
    const one = await createConnection({ ...access, multipleStatements: values.length === 0 } as object)
    try {
      const [rows] = await one.query(text, [...values])
      return rows as Row[]
    } finally {
      await one.end()
    }
  }
  const admin = server === undefined ? connection : ({ ...connection, database: server.database } as TestServer)

  beforeAll(async () => {
    if (server !== undefined) await sql(`CREATE DATABASE ${database}${name === 'mariadb' ? ' CHARACTER SET utf8mb4' : ''}`, [], admin)
  })
  afterAll(async () => {
    if (server !== undefined) await sql(`DROP DATABASE ${database}${name === 'postgres' ? ' WITH (FORCE)' : ''}`, [], admin)
    rmSync(folder, { recursive: true, force: true })
  })

  const project = (options: MaestroOptions = {}) =>
    maestro({ plugins: [db], directory: folder, logLevel: 'silent', ...options })

  return {
    name,
    connection,
    folder,
    path: (file: string) => join(folder, file),
    sql,
    project,
    /** Quotes a name for the database. */
    quote: (text: string) => (name === 'mariadb' ? `\`${text.replaceAll('`', '``')}\`` : `"${text.replaceAll('"', '""')}"`),
    /** A name that no other test uses. */
    newTable: () => `t${++tables}`,
    /** The rows of a source, with their ids and rejected records. */
    async read(options: Omit<TableSourceOptions, 'connection'> & { connection?: TestConnection }, settings: MaestroOptions = {}) {
      const ids: string[] = []
      const rows: Row[] = []
      const run = project(settings)
      const report = await run.runTo(pipeline('read').read('db.table', { connection, ...options }), {
        write(batch) {
          ids.push(...batch.ids)
          rows.push(...batch.rows)
        },
      })
      return { ids, rows, report }
    },
    /** Writes rows in code to a table. */
    write(rows: Iterable<Row>, options: Omit<TableSinkOptions<Row>, 'connection'>, settings: MaestroOptions & { overwrite?: boolean } = {}) {
      const { overwrite = false, ...config } = settings
      return project(config).run(pipeline('write').from(rows).write('db.table', { connection, ...options }), { overwrite })
    },
  }
}

export type TemporaryDatabase = ReturnType<typeof temporaryDatabase>

/** The rejected rows of a run, as id, code, and message. */
export function rejectsOf(report: RunReport): { id: string; code: string; message: string }[] {
  if (report.counts.rejected === 0) return []
  const text = readFileSync(join(report.directory ?? '', 'rejects.jsonl'), 'utf8').trim()
  return text.split('\n').map((line) => {
    const { id, code, message } = JSON.parse(line)
    return { id, code, message }
  })
}

/** The error of a promise that must not succeed; for a plan, its only fault. */
export async function failure(promise: Promise<unknown>): Promise<MaestroError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!MaestroError.is(error)) throw new Error(`no error of ours: ${String(error)}`, { cause: error })
  const faults = error.code === 'MAESTRO_PIPELINE_INVALID' ? (error.details.errors as MaestroError[]) : []
  return faults.length === 1 ? (faults[0] as MaestroError) : error
}
