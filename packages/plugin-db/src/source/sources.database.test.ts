import { pipeline, type Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from '../__fixtures__/databases.js'
import type { QuerySourceOptions } from '../options.js'

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)
  const { sql, read, newTable, quote, project, connection, write } = database

  /** The rows of a query, with ids and report. */
  async function query(options: Omit<QuerySourceOptions, 'connection'>) {
    const ids: string[] = []
    const rows: Row[] = []
    const report = await project().runTo(pipeline('query').read('db.query', { connection, ...options }), {
      write(batch) {
        ids.push(...batch.ids)
        rows.push(...batch.rows)
      },
    })
    return { ids, rows, report }
  }

  /** A table of n rows, `id` from 1. */
  async function numbers(count: number, key = 'PRIMARY KEY'): Promise<string> {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER ${key}, text VARCHAR(40))`)
    for (let start = 1; start <= count; start += 1000) {
      const values = Array.from(
        { length: Math.min(1000, count - start + 1) },
        (_, n) => `(${start + n}, 'row ${start + n}')`,
      )
      await sql(`INSERT INTO ${table} VALUES ${values.join(', ')}`)
    }
    return table
  }

  test('a run that is stopped in the middle of a query ends then, and does not wait for it', async () => {
    // Longer than a test may take.
    const endless = {
      sqlite: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
      postgres: 'SELECT pg_sleep(3600)',
      mariadb: 'SELECT count(*) AS i FROM seq_1_to_100000 a, seq_1_to_100000 b, seq_1_to_100000 c',
    }
    await numbers(1)
    const stop = new AbortController()
    const reading = pipeline('endless').read('db.query', { connection, query: endless[name] })
    const running = project().runTo(reading, { write: () => undefined }, { signal: stop.signal })
    setTimeout(() => stop.abort(), 300)
    await expect(running).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
    // Nor does the server go on with it, as soon as it has noticed.
    const left = "SELECT info FROM information_schema.processlist WHERE info LIKE 'SELECT count(*) AS i FROM seq%'"
    if (name === 'mariadb') await expect.poll(() => sql(left), { timeout: 60_000, interval: 100 }).toEqual([])
  })

  describe('a table', () => {
    test('that is missing is an error that suggests a similar name', async () => {
      const table = await numbers(1)
      await sql(`CREATE TABLE reviews (id INTEGER)`)
      const error = await failure(read({ table: 'reviewz' }))
      expect(error).toMatchObject({ code: 'MAESTRO_DB_TABLE_MISSING', details: { suggestion: 'reviews' } })
      expect(await failure(read({ table, databaseSchema: 'nowhere' }))).toMatchObject({
        code: expect.stringMatching(/^MAESTRO_DB_/),
      })
    })

    test('without a key: rows are counted; a view is read like it', async () => {
      const table = await numbers(3, '')
      await sql(`CREATE VIEW ${table}_view AS SELECT id, text FROM ${table}`)
      expect((await read({ table })).ids).toEqual([1, 2, 3].map((n) => `${table}:${n}`))
      const view = await read({ table: `${table}_view`, key: 'id' })
      expect(view.ids).toEqual(['1', '2', '3'])
    })

    test('of which some columns are asked for, brought to types', async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (id BIGINT PRIMARY KEY, price DECIMAL(20, 2), n VARCHAR(20), extra INTEGER)`)
      await sql(`INSERT INTO ${table} VALUES (1, 1.5, '7', 1), (2, 2, 'x', 1)`)
      const typed = await read({ table, columns: { id: 'integer', price: 'number', n: 'integer' } })
      expect(typed.rows).toEqual([{ id: 1, price: 1.5, n: 7 }])
      expect(typed.report.counts).toMatchObject({ rowsIn: 2, rejected: 1 })
      const named = await read({ table, columns: ['n'] })
      expect(named.rows).toEqual([
        { n: '7', id: 1n },
        { n: 'x', id: 2n },
      ])
      expect(await failure(read({ table, columns: ['N', 'nope'] }))).toMatchObject({
        code: 'MAESTRO_DB_COLUMN_MISSING',
        details: { columns: ['N', 'nope'], known: ['id', 'price', 'n', 'extra'] },
      })
    })

    test('rows with a repeated key or without one are rejected', async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (k VARCHAR(9), n INTEGER)`)
      await sql(`INSERT INTO ${table} VALUES ('b', 1), ('a', 2), (NULL, 3), ('b', 4), ('c', 5)`)
      const { ids, report } = await read({ table, key: 'k' })
      expect(ids).toEqual(['b', 'a', 'c'])
      expect(report.counts).toMatchObject({ rowsIn: 5, rowsOut: 3, rejected: 2 })
    })

    test('with a key of several columns, and generated columns', async () => {
      const table = newTable()
      await sql(
        `CREATE TABLE ${table} (a INTEGER, b VARCHAR(9), double_a INTEGER GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (a, b))`,
      )
      await sql(`INSERT INTO ${table} (a, b) VALUES (1, 'x'), (1, 'y')`)
      const { ids, rows } = await read({ table })
      expect(ids).toEqual(['["1","x"]', '["1","y"]'])
      expect(rows[0]).toEqual({ a: 1, b: 'x', double_a: 2 })
      expect(await failure(write([{ a: 2, b: 'z', double_a: 4 }], { table, mode: 'append' }))).toMatchObject({
        code: 'MAESTRO_DB_TABLE_DIFFERENT',
        details: { differences: ['the database computes "double_a" itself'] },
      })
    })

    test('of 300 columns, and of odd names', async () => {
      const wide = newTable()
      const columns = Array.from({ length: 300 }, (_, n) => `c${n}`)
      await sql(`CREATE TABLE ${wide} (${columns.map((column) => `${column} INTEGER`).join(', ')})`)
      await sql(`INSERT INTO ${wide} VALUES (${columns.map((_, n) => n).join(', ')})`)
      expect((await read({ table: wide })).rows).toEqual([Object.fromEntries(columns.map((column, n) => [column, n]))])
      const odd = [
        'Mixed Case',
        'select',
        'a"b',
        'a`b',
        "a'b; DROP TABLE x; --",
        'a.b',
        'a as b',
        'a?b:c $1',
        '__proto__',
        'колонка',
        'x'.repeat(60),
        // MariaDB takes none beyond U+FFFF.
        name === 'mariadb' ? '☃' : '🎉',
      ]
      const table = `odd "name" \`;' é`
      await sql(`CREATE TABLE ${quote(table)} (${odd.map((column) => `${quote(column)} INTEGER`).join(', ')})`)
      await sql(`INSERT INTO ${quote(table)} VALUES (${odd.map((_, n) => n).join(', ')})`)
      const { rows } = await read({ table })
      expect(Object.entries(rows[0] ?? {})).toEqual(odd.map((column, n) => [column, n]))
      const selected = await read({ table, columns: odd, key: '__proto__', method: 'snapshot' })
      expect(selected.ids).toEqual(['8'])
      const asked = await query({ query: `SELECT * FROM ${quote(table)}` })
      expect(Object.entries(asked.rows[0] ?? {})).toEqual(odd.map((column, n) => [column, n]))
    })
  })

  describe('keyset', () => {
    test('reads in the order of the key, in pages, and may start in the middle', async () => {
      const table = await numbers(3000)
      const all = await read({ table, method: 'keyset' })
      expect(all.ids).toEqual(Array.from({ length: 3000 }, (_, n) => String(n + 1)))
      const rest = await read({ table, method: 'keyset', after: 2990 })
      expect(rest.ids).toEqual(all.ids.slice(2990))
      expect((await read({ table, method: 'keyset', after: 3000 })).ids).toEqual([])
      const asked = await query({
        query: `SELECT id, text FROM ${table} WHERE id > :low`,
        params: { low: 10 },
        key: 'id',
        method: 'keyset',
        after: [2900],
      })
      expect(asked.ids).toEqual(all.ids.slice(2900))
    })

    test('by keys that numbers and dates of JavaScript cannot hold', async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (k BIGINT, text VARCHAR(20), PRIMARY KEY (k, text))`)
      const keys = Array.from({ length: 200 }, (_, n) => 9007199254740900n + BigInt(n))
      await sql(`INSERT INTO ${table} VALUES ${keys.map((key) => `(${key}, 'a'), (${key}, 'b')`).join(', ')}`)
      const { rows } = await read({ table, method: 'keyset' })
      expect(rows).toEqual(
        keys.flatMap((k) => [
          { k, text: 'a' },
          { k, text: 'b' },
        ]),
      )
    })

    test('needs a key that identifies every row', async () => {
      const table = await numbers(3, '')
      expect(await failure(read({ table, method: 'keyset' }))).toMatchObject({ code: 'MAESTRO_DB_KEY_MISSING' })
      expect(await failure(read({ table, method: 'keyset', key: 'id' }))).toMatchObject({
        code: 'MAESTRO_DB_KEY_NOT_UNIQUE',
      })
      const keyed = await numbers(3)
      expect(await failure(read({ table: keyed, method: 'keyset', after: [1, 2] }))).toMatchObject({
        code: 'MAESTRO_DB_KEY_NOT_UNIQUE',
      })
      await sql(`INSERT INTO ${table} VALUES (3, 'again')`)
      const double = query({ query: `SELECT * FROM ${table}`, key: 'id', method: 'keyset' })
      expect(await failure(double)).toMatchObject({ code: 'MAESTRO_DB_KEY_NOT_UNIQUE' })
      await sql(`DELETE FROM ${table} WHERE id = 3`)
      await sql(`INSERT INTO ${table} VALUES (NULL, 'none')`)
      const none = query({ query: `SELECT * FROM ${table}`, key: 'id', method: 'keyset' })
      expect(await failure(none)).toMatchObject({ code: 'MAESTRO_DB_KEY_NOT_UNIQUE' })
      expect(await failure(query({ query: `SELECT * FROM ${table}`, method: 'keyset' }))).toMatchObject({
        code: 'MAESTRO_DB_KEY_MISSING',
      })
    })
  })

  test('a snapshot is one view, without rows that others add meanwhile', async () => {
    const table = await numbers(5000)
    let count = 0
    let added: Promise<unknown> | undefined
    await project().runTo(pipeline('snapshot').read('db.table', { connection, table }), {
      async write({ rows }) {
        count += rows.length
        if (name !== 'sqlite') added ??= sql(`INSERT INTO ${table} VALUES (100000, 'late')`)
        await added
      },
    })
    expect(count).toBe(5000)
  })

  test('a schema shapes rows and rejects others', async () => {
    const { z } = await import('zod')
    const table = await numbers(3)
    const schema = z.object({ id: z.number().max(2), text: z.string().transform((text) => text.length) })
    const { rows, report } = await read({ table, schema })
    expect(rows).toEqual([
      { id: 1, text: 5 },
      { id: 2, text: 5 },
    ])
    expect(report.counts.rejected).toBe(1)
  })

  describe('a query', () => {
    test('has its values bound', async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (id INTEGER, text VARCHAR(99))`)
      const evil = `'; DROP TABLE ${table}; -- " \\`
      await sql(
        `INSERT INTO ${table} VALUES (1, ${name === 'mariadb' ? `'''; DROP TABLE ${table}; -- " \\\\'` : `'''; DROP TABLE ${table}; -- " \\'`})`,
      )
      const { rows } = await query({
        query: `SELECT text FROM ${table} WHERE text = :text AND id = :id`,
        params: { text: evil, id: 1 },
      })
      expect(rows).toEqual([{ text: evil }])
    })

    test('that writes is refused, by us and by the database', async () => {
      const table = await numbers(2)
      for (const text of [
        `DELETE FROM ${table}`,
        `SELECT 1; DELETE FROM ${table}`,
        `SELECT * INTO other FROM ${table}`,
      ])
        expect(await failure(query({ query: text }))).toMatchObject({ code: 'MAESTRO_DB_QUERY' })
      if (name === 'postgres') {
        const text = `WITH gone AS (DELETE FROM ${table} RETURNING id) SELECT * FROM gone`
        expect(await failure(query({ query: text }))).toMatchObject({ code: 'MAESTRO_DB_QUERY' })
        const call = `SELECT setval('${table}_numbers', 7)`
        await sql(`CREATE SEQUENCE ${table}_numbers`)
        const run = project().runTo(pipeline('call').read('db.query', { connection, query: call }), {
          write: () => undefined,
        })
        expect(await failure(run)).toMatchObject({ code: 'MAESTRO_DB_QUERY' })
      }
      if (name === 'sqlite') {
        const text = `WITH gone AS (SELECT 1) DELETE FROM ${table}`
        expect(await failure(query({ query: text }))).toMatchObject({
          code: expect.stringMatching(/^MAESTRO_DB_(QUERY|PERMISSION)$/),
        })
      }
      expect((await read({ table })).rows).toHaveLength(2)
    })

    test('that is wrong is a fault of the plan', async () => {
      const table = await numbers(2)
      const columns = { code: 'MAESTRO_DB_COLUMNS_DUPLICATE', details: { columns: ['id'] } }
      expect(await failure(query({ query: `SELECT a.id, b.id FROM ${table} a, ${table} b` }))).toMatchObject(columns)
      expect(await failure(query({ query: `SELECT nope FROM ${table}` }))).toMatchObject({ code: 'MAESTRO_DB_QUERY' })
      expect(await failure(query({ query: 'SELECT * FROM nowhere_at_all' }))).toMatchObject({
        code: 'MAESTRO_DB_TABLE_MISSING',
      })
      expect(await failure(query({ query: `SELECT :a, 1 AS b FROM ${table}` }))).toMatchObject({
        code: 'MAESTRO_DB_PARAMETERS',
      })
      expect(await failure(query({ query: `SELECT id FROM ${table}`, key: 'nope' }))).toMatchObject({
        code: 'MAESTRO_DB_COLUMN_MISSING',
      })
    })
  })

  test('a reading may be left in the middle, and nothing is kept open', async () => {
    const table = await numbers(5000)
    for (let time = 0; time < 3; time++) {
      let count = 0
      for await (const _row of project().rows(pipeline('some').read('db.table', { connection, table })))
        if (++count === 10) break
      expect(count).toBe(10)
    }
    const preview = await project().preview(pipeline('few').read('db.table', { connection, table }), 3)
    expect(JSON.stringify(preview)).toContain('row 3')
    await sql(`DROP TABLE ${table}`)
  })
})
