import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { definePipeline, env, pipeline } from '@maestro-dataflow/core'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import { databases, failure, type TestServer, temporaryDatabase } from '../__fixtures__/databases.js'
import type { DatabaseOptions, ServerConnection } from './connection-options.js'

afterEach(() => vi.unstubAllEnvs())

const servers = databases.filter((name) => name !== 'sqlite')

describe.each(servers)('%s', (name) => {
  const { connection, sql, project, newTable, write, read } = temporaryDatabase(name)
  const server = connection as TestServer
  const certificate = inject(name as 'postgres')?.certificate ?? ''
  const patience = { retries: 0, timeouts: { connect: 2000, lock: 500 } }

  const reading = (
    changes: Partial<TestServer & Pick<ServerConnection, 'ssl'>> | { connection: string },
    options: Partial<DatabaseOptions> = {},
  ) => {
    const given = 'connection' in changes ? changes.connection : { ...server, ...changes }
    return project().runTo(
      pipeline('try').read('db.query', {
        connection: given as DatabaseOptions['connection'],
        query: 'SELECT 1 AS one',
        ...patience,
        ...options,
      }),
      { write: () => undefined },
    )
  }
  const address = (parts: Partial<TestServer> & { query?: string }) => {
    const { client, host, port, user, password, database } = { ...server, ...parts }
    return `${client}://${user}:${encodeURIComponent(password ?? '')}@${host}:${port}/${database}${parts.query ?? ''}`
  }

  test('by an address, by parts, and by an address from the environment', async () => {
    vi.stubEnv('TEST_DATABASE', address({}))
    await reading({ connection: address({}) })
    await reading({})
    const one = pipeline('env').read('db.query', {
      connection: env('TEST_DATABASE'),
      query: 'SELECT 1 AS one',
    })
    await project().runTo(one, { write: () => undefined })
    const definition = definePipeline({
      name: 'named',
      read: { use: 'shop', query: 'SELECT 1 AS one' },
      write: { use: 'db.table', connection: env('TEST_DATABASE'), table: newTable() },
    })
    const named = project({ storages: { shop: { use: 'db.query', connection: { env: 'TEST_DATABASE' } } } })
    const report = await named.run(definition)
    expect(report.counts.rowsOut).toBe(1)
    expect(JSON.stringify([report, await named.plan(definition)])).not.toContain('test-password')
  })

  test('a server that is down and an unknown host name are typed errors', async () => {
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as { port: number }
    await new Promise((resolve) => listener.close(resolve))
    const down = await failure(reading({ port }, { retries: 1 }))
    expect(down).toMatchObject({ code: 'MAESTRO_DB_UNREACHABLE', retryable: true })
    expect(down.message).toContain(`127.0.0.1:${port}`)
    expect(await failure(reading({ host: 'no-such-host.invalid' }))).toMatchObject({ code: 'MAESTRO_DB_UNREACHABLE' })
  })

  test('a server that says nothing', async () => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => void sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const error = await failure(reading({ port }, { timeouts: { connect: 300 } }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_UNREACHABLE' })
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  test('a wrong password, database or user; no password shows anywhere', async () => {
    const secret = 'hush-hush 100%'
    const wrong = await failure(reading({ password: secret }))
    expect(wrong).toMatchObject({ code: 'MAESTRO_DB_AUTHENTICATION' })
    const byAddress = await failure(reading({ connection: address({ password: secret }) }))
    expect(byAddress).toMatchObject({ code: 'MAESTRO_DB_AUTHENTICATION' })
    for (const error of [wrong, byAddress]) {
      const shown = `${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`
      expect(shown).not.toContain('hush-hush')
    }
    expect(await failure(reading({ database: 'nowhere' }))).toMatchObject({ code: 'MAESTRO_DB_DATABASE_MISSING' })
    expect(await failure(reading({ user: 'nobody-here' }))).toMatchObject({ code: 'MAESTRO_DB_AUTHENTICATION' })
  })

  test('the password of an address in the config stays out of the plan', async () => {
    const plan = await project().plan(
      pipeline('plain')
        .read('db.query', { connection: address({}), query: 'SELECT 1 AS one' })
        .write('db.table', { connection: address({}), table: newTable() }),
    )
    expect(JSON.stringify(plan)).not.toContain('test-password')
  })

  test('an address that is none is refused without showing it', async () => {
    for (const wrong of [
      'shop',
      'oracle://me:hush-hush@host/x',
      `${address({ password: 'hush-hush' })}?sslmode=maybe`,
      'postgres://me:hush-hush%@host/x',
      'sqlite:',
    ]) {
      const error = await failure(reading({ connection: wrong }))
      expect(error).toMatchObject({ code: 'MAESTRO_PIPELINE_OPTIONS' })
      expect(JSON.stringify(error)).not.toContain('hush-hush')
    }
  })

  test('a secure connection, checked or not', async () => {
    await reading({ ssl: { ca: certificate } })
    await reading({ connection: address({ query: '?sslmode=require' }) })
    expect(await failure(reading({ ssl: true }))).toMatchObject({ code: 'MAESTRO_DB_SSL' })
    expect(await failure(reading({ connection: address({ query: '?sslmode=verify-full' }) }))).toMatchObject({
      code: 'MAESTRO_DB_SSL',
    })
  })

  test('a user without rights', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER)`)
    const user = `reader_${table}_${process.pid}`
    if (name === 'postgres')
      await sql(`CREATE USER ${user} PASSWORD 'test-password'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
    else
      await sql(
        `CREATE USER ${user} IDENTIFIED BY 'test-password'; GRANT SELECT (id) ON ${server.database}.${table} TO ${user}; GRANT CREATE TEMPORARY TABLES ON ${server.database}.* TO ${user}`,
      )
    const other = { ...server, user }
    const run = (table: string) =>
      project().run(
        pipeline('w')
          .from([{ id: 1 }])
          .write('db.table', { connection: other, table, mode: 'append' }),
      )
    expect(await failure(run(table))).toMatchObject({ code: 'MAESTRO_DB_PERMISSION' })
    expect(await failure(run(newTable()))).toMatchObject({ code: 'MAESTRO_DB_PERMISSION' })
    if (name === 'postgres')
      expect(await failure(read({ table, connection: other }))).toMatchObject({ code: 'MAESTRO_DB_PERMISSION' })
    await sql(name === 'postgres' ? `DROP OWNED BY ${user}; DROP USER ${user}` : `DROP USER ${user}`)
  })

  /** Ends all connections of the framework to this database. */
  async function cut(): Promise<void> {
    if (name === 'postgres') {
      await sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'maestro-dataflow'`,
      )
      return
    }
    const rows = await sql(
      `SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()`,
    )
    for (const { id } of rows) await sql(`KILL ${id}`).catch(() => undefined)
  }

  const many = async (count: number) => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, text VARCHAR(200))`)
    for (let start = 0; start < count; start += 2000)
      await sql(
        `INSERT INTO ${table} VALUES ${Array.from({ length: 2000 }, (_, n) => `(${start + n}, '${'x'.repeat(200)}')`).join(', ')}`,
      )
    return table
  }

  test('a connection that breaks in the middle of a reading: a snapshot ends, a keyset goes on', async () => {
    const table = await many(40_000)
    const readAll = async (method: 'snapshot' | 'keyset') => {
      const ids: string[] = []
      let cutting: Promise<void> | undefined
      await project().runTo(pipeline('long').read('db.table', { connection: server, table, method }), {
        async write(batch) {
          ids.push(...batch.ids)
          cutting ??= cut()
          await cutting
        },
      })
      return ids
    }
    expect(await failure(readAll('snapshot'))).toMatchObject({ code: 'MAESTRO_DB_CONNECTION_LOST' })
    expect(await readAll('keyset')).toEqual(Array.from({ length: 40_000 }, (_, n) => String(n)))
  })

  // MariaDB needs nothing more after the last row.
  if (name === 'postgres') {
    test('a connection that breaks right behind the last row is lost, and not waited for', async () => {
      const proxy = createServer((client) => {
        const upstream = connect(server.port ?? 0, server.host ?? '127.0.0.1')
        for (const socket of [client, upstream]) socket.on('error', () => undefined)
        client.pipe(upstream)
        upstream.on('data', (data) => {
          if (!data.includes('the last row')) client.write(data)
          else client.end(data, () => upstream.destroy())
        })
      })
      await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
      try {
        const { port } = proxy.address() as AddressInfo
        const rows = ['one', 'two', 'the last row'].map((text) => `SELECT '${text}' AS text`).join(' UNION ALL ')
        const run = reading({ host: '127.0.0.1', port }, {
          query: `SELECT text FROM (${rows}) AS found`,
        } as never)
        expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_CONNECTION_LOST' })
      } finally {
        proxy.close()
      }
    })
  }

  test('a connection that breaks in the middle of a write leaves the table as it was', async () => {
    /** Enough rows that some are written before the connection breaks. */
    async function* rows() {
      for (let n = 0; n < 5000; n++) {
        if (n === 4000) await cut()
        yield { id: 10_000 + n, text: 'new' }
      }
    }
    for (const mode of ['append', 'upsert', 'overwrite'] as const) {
      const table = await many(2000)
      const run = project().run(pipeline('w').from(rows()).write('db.table', { connection: server, table, mode }))
      expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_CONNECTION_LOST' })
      const [row] = await sql(`SELECT count(*) AS n FROM ${table}`)
      expect(Number(row?.n)).toBe(2000)
    }
    const made = newTable()
    const run = project().run(pipeline('m').from(rows()).write('db.table', { connection: server, table: made }))
    expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_CONNECTION_LOST' })
    expect(await failure(read({ table: made }))).toMatchObject({ code: 'MAESTRO_DB_TABLE_MISSING' })
  })

  test('a lock of another session is waited for, and the error then names its holder', async () => {
    const table = await many(2000)
    const holder = holdLock(name, server, table, 'id = 1')
    await holder.taken
    const run = project().run(
      pipeline('w')
        .from([{ id: 1, text: 'changed' }])
        .write('db.table', { connection: server, table, mode: 'upsert', timeouts: { lock: 1000 } }),
    )
    const error = await failure(run)
    expect(error).toMatchObject({ code: 'MAESTRO_DB_LOCKED', retryable: true })
    expect(error.message).toMatch(/held by process \d+ of maestro/)
    await holder.release()
    await write([{ id: 1, text: 'changed' }], { table, mode: 'upsert' })
  })

  test('a statement that takes too long is ended', async () => {
    const sleep = name === 'postgres' ? 'SELECT pg_sleep(30)::text AS slept' : 'SELECT sleep(30) AS slept'
    const run = project().runTo(
      pipeline('slow').read('db.query', { connection: server, query: sleep, timeouts: { statement: 200 } }),
      { write: () => undefined },
    )
    expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_TIMEOUT' })
  })

  test.each([0, 3])(
    'a batch that the database ends because of a deadlock is written again, up to %d times',
    async (retries) => {
      const table = await many(2000)
      // Whoever waits longest looks for deadlocks in PostgreSQL; MariaDB ends the transaction that has done least.
      if (name === 'postgres') await sql(`ALTER DATABASE ${server.database} SET deadlock_timeout = '3s'`)
      const holder = holdLock(name, server, table, 'id = 1 OR id > 100')
      await holder.taken
      const run = write(
        [
          { id: 2, text: 'mine' },
          { id: 1, text: 'mine' },
        ],
        { table, mode: 'upsert', retries },
      )
      run.catch(() => undefined)
      const waiting =
        name === 'postgres'
          ? 'SELECT 1 FROM pg_locks WHERE NOT granted'
          : "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
      // MariaDB looks anew only when nobody has asked for a tenth of a second.
      while ((await sql(waiting)).length === 0) await sleep(200)
      await holder.lock('id = 2')
      await holder.release()
      if (retries === 0) {
        expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_CONFLICT', retryable: true })
        return
      }
      expect((await run).counts).toMatchObject({ rowsOut: 2, rejected: 0 })
      const rows = await sql(`SELECT text FROM ${table} WHERE id IN (1, 2)`)
      expect(rows).toEqual([{ text: 'mine' }, { text: 'mine' }])
    },
  )
})

/** Another client that keeps rows of a table to itself. */
function holdLock(name: string, server: TestServer, table: string, first: string) {
  const { client: _, ...access } = server
  const begun = (async (): Promise<{ query(text: string): Promise<unknown>; end(): Promise<void> }> => {
    if (name !== 'postgres') return createConnection(access)
    const client = new pg.Client({ ...access, application_name: 'the holder' })
    await client.connect()
    await client.query("SET deadlock_timeout = '1h'")
    return client
  })()
  const lock = async (where: string) => (await begun).query(`UPDATE ${table} SET text = 'held' WHERE ${where}`)
  return {
    taken: begun.then(async (client) => {
      await client.query('BEGIN')
      await lock(first)
    }),
    lock,
    async release() {
      const client = await begun
      await client.query('ROLLBACK')
      await client.end()
    },
  }
}

describe('sqlite', () => {
  const { connection, sql, project, newTable, write, folder } = temporaryDatabase('sqlite')

  test('a file that is none, a folder that is none, a path outside of the project', async () => {
    writeFileSync(join(folder, 'text.db'), 'this is no database, and long enough to see it '.repeat(50))
    const reading = (path: string) =>
      project().runTo(pipeline('r').read('db.table', { connection: { client: 'sqlite', path }, table: 'a' }), {
        write: () => undefined,
      })
    expect(await failure(reading('text.db'))).toMatchObject({
      code: 'MAESTRO_DB_FAILED',
      message: expect.stringContaining('not a database'),
    })
    expect(await failure(reading('../outside.db'))).toMatchObject({ code: 'MAESTRO_STORAGE_PATH_OUTSIDE' })
    const writing = project().run(
      pipeline('w')
        .from([{ a: 1 }])
        .write('db.table', { connection: { client: 'sqlite', path: 'text.db/in.db' }, table: 'a' }),
    )
    expect(await failure(writing)).toMatchObject({ code: 'MAESTRO_DB_UNREACHABLE' })
  })

  test('a file that another one writes to is waited for', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER)`)
    const { default: Database } = await import('libsql')
    const other = new Database(join(folder, 'test.db'))
    other.exec('BEGIN IMMEDIATE')
    const writing = { table, mode: 'append', timeouts: { lock: 300 } } as const
    expect(await failure(write([{ id: 1 }], writing))).toMatchObject({
      code: 'MAESTRO_DB_LOCKED',
      details: { milliseconds: 300 },
    })
    const waits = write([{ id: 1 }], { table, mode: 'append' })
    setTimeout(() => other.exec('COMMIT'), 100)
    expect((await waits).counts.rowsOut).toBe(1)
    other.close()
  })

  test('the error for a driver that is not installed contains the command that installs it', async () => {
    const { loadDriver } = await import('../dialects/load-driver.js')
    const error = await failure(
      loadDriver('postgres', ['pg', 'pg-cursor', 'pg-copy-streams'], () =>
        Promise.reject(new Error('Cannot find package')),
      ),
    )
    expect(error).toMatchObject({ code: 'MAESTRO_DB_DRIVER_MISSING', hint: 'npm install pg pg-cursor pg-copy-streams' })
  })

  test('a commit that the database refuses leaves the table as it was', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER, text TEXT)`)
    const { SqliteSession } = await import('../dialects/sqlite/session.js')
    const begin = SqliteSession.prototype.prepareWriting
    // A file that may not grow is a disk that is full, to SQLite.
    vi.spyOn(SqliteSession.prototype, 'prepareWriting').mockImplementation(async function (
      this: InstanceType<typeof SqliteSession>,
    ) {
      await begin.call(this)
      this.connection.exec('PRAGMA max_page_count = 200')
    })
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(1000) }))
    const error = await failure(write(rows, { table, mode: 'append' }))
    vi.restoreAllMocks()
    expect(error).toMatchObject({ code: 'MAESTRO_DB_DISK_FULL' })
    expect(await sql(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 0 }])
    expect(connection.client).toBe('sqlite')
  })
})
