import { existsSync } from 'node:fs'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, failure, rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)
  const { sql, read, write, newTable, project, connection, path } = database
  const rowsOf = async (table: string) => (await read({ table })).rows
  const missing = (table: string) => failure(read({ table }))

  async function filled(columns = 'id INTEGER PRIMARY KEY, text VARCHAR(10)'): Promise<string> {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (${columns})`)
    await sql(`INSERT INTO ${table} (id, text) VALUES (1, 'one'), (2, 'two')`)
    return table
  }

  describe('create', () => {
    test('makes a table with typed columns and a key', async () => {
      const table = newTable()
      const rows = [{ id: 'a', n: 1, big: 2n ** 62n, at: new Date(0), vector: new Float32Array([1, 2]) }]
      const columns = { id: 'string', n: 'integer', big: 'bigint', at: 'date', vector: 'vector' } as const
      const report = await write(rows, { table, key: 'id', columns })
      expect(report.sinks).toMatchObject([{ rows: 1, location: expect.stringContaining(table) }])
      const back = await read({ table, columns })
      expect(back).toMatchObject({ rows, ids: ['a'] })
    })

    test('does not touch a table that holds rows, unless it may be replaced', async () => {
      const table = await filled()
      const rows = [{ id: 3, text: 'three' }]
      expect(await failure(write(rows, { table }))).toMatchObject({ code: 'MAESTRO_DB_TABLE_FILLED' })
      expect(await rowsOf(table)).toHaveLength(2)
      await write(rows, { table }, { overwrite: true })
      expect(await rowsOf(table)).toEqual(rows)
      await sql(`DELETE FROM ${table}`)
      await write(rows, { table })
      expect(await rowsOf(table)).toEqual(rows)
    })

    test('without rows makes the table that is declared, and none when nothing is known', async () => {
      const table = newTable()
      await write([], { table, columns: { id: 'integer', text: 'string' } })
      expect(await rowsOf(table)).toEqual([])
      const other = newTable()
      await write([], { table: other })
      expect(await missing(other)).toMatchObject({ code: 'MAESTRO_DB_TABLE_MISSING' })
    })
  })

  test('an upsert rejects a row without a key, which it would add again each time', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (k VARCHAR(20) UNIQUE, part VARCHAR(20) DEFAULT 'a', n INTEGER)`)
    const rows = [{ k: 'one', n: 1 }, { k: null, n: 2 }, { n: 3 }, { k: undefined, n: 4 }]
    for (let time = 0; time < 2; time++) {
      const { counts } = await write(rows, { table, mode: 'upsert', key: 'k' })
      expect(counts.rejected).toBe(3)
      expect(await rowsOf(table)).toEqual([{ k: 'one', part: 'a', n: 1 }])
    }
  })

  test('append adds, upsert changes or adds, and twice changes nothing', async () => {
    const table = await filled()
    await write([{ id: 3, text: 'three' }], { table, mode: 'append' })
    const rows = [
      { id: 2, text: 'TWO' },
      { id: 4, text: 'four' },
      { id: 4, text: 'FOUR' },
    ]
    for (let time = 0; time < 2; time++) {
      await write(rows, { table, mode: 'upsert' })
      expect((await rowsOf(table)).sort((a, b) => Number(a.id) - Number(b.id))).toEqual([
        { id: 1, text: 'one' },
        { id: 2, text: 'TWO' },
        { id: 3, text: 'three' },
        { id: 4, text: 'FOUR' },
      ])
    }
    const made = newTable()
    await write(
      [
        { k: 'a', n: 1 },
        { k: 'b', n: 2 },
      ],
      { table: made, mode: 'upsert', key: 'k' },
    )
    await write([{ k: 'A', n: 3 }, { k: 'b' }, { k: 'a', n: null }], { table: made, mode: 'upsert', key: 'k' })
    expect((await rowsOf(made)).sort((a, b) => (String(a.k) < String(b.k) ? -1 : 1))).toEqual([
      { k: 'A', n: 3 },
      { k: 'a', n: null },
      { k: 'b', n: 2 },
    ])
  })

  test('upsert needs a key that the database knows, and changes no row of another one', async () => {
    const table = await filled('id INTEGER, text VARCHAR(10) UNIQUE')
    const rows = [{ id: 3, text: 'one' }]
    expect(await failure(write(rows, { table, mode: 'upsert' }))).toMatchObject({ code: 'MAESTRO_DB_KEY_MISSING' })
    expect(await failure(write(rows, { table, mode: 'upsert', key: 'id' }))).toMatchObject({
      code: 'MAESTRO_DB_KEY_NOT_UNIQUE',
    })
    const two = await filled('id INTEGER PRIMARY KEY, text VARCHAR(10) UNIQUE')
    const report = await write(
      [
        { id: 3, text: 'one' },
        { id: 2, text: 'zwei' },
        { id: 5, text: 'five' },
      ],
      { table: two, mode: 'upsert' },
    )
    expect(rejectsOf(report)).toMatchObject([{ id: 'rows:1', code: 'MAESTRO_DB_ROW_REFUSED' }])
    expect((await rowsOf(two)).sort((a, b) => Number(a.id) - Number(b.id))).toEqual([
      { id: 1, text: 'one' },
      { id: 2, text: 'zwei' },
      { id: 5, text: 'five' },
    ])
  })

  describe('overwrite', () => {
    test('exchanges all rows at once; a failure leaves the old ones', async () => {
      const table = await filled()
      const rows = Array.from({ length: 3000 }, (_, n) => ({ id: n, text: `t${n}` }))
      const stopped = project().run(
        pipeline('stops')
          .from(rows)
          .map((row) => {
            if (row.id === 2500) throw new RangeError('stop')
            return row
          })
          .write('db.table', { connection, table, mode: 'overwrite' }),
        {},
      )
      await stopped
      expect(await rowsOf(table)).toHaveLength(2999)
      const failing = project({ run: { onError: 'fail' } }).run(
        pipeline('fails')
          .from(rows)
          .map((row) => {
            if (row.id === 2500) throw new RangeError('stop')
            return row
          })
          .write('db.table', { connection, table, mode: 'overwrite' }),
      )
      await failure(failing)
      expect(await rowsOf(table)).toHaveLength(2999)
      await write(rows, { table, mode: 'overwrite' })
      expect(await rowsOf(table)).toHaveLength(3000)
    })

    test('objects that depend on the table are kept', async () => {
      const table = await filled()
      await sql(`CREATE TABLE ${table}_log (id INTEGER)`)
      await sql(`CREATE VIEW ${table}_view AS SELECT text FROM ${table}`)
      if (name === 'postgres') await sql(`GRANT SELECT ON ${table} TO PUBLIC`)
      else
        await sql(
          `CREATE TRIGGER ${table}_trigger AFTER INSERT ON ${table} FOR EACH ROW ${name === 'sqlite' ? 'BEGIN' : ''} INSERT INTO ${table}_log VALUES (NEW.id); ${name === 'sqlite' ? 'END' : ''}`,
        )
      await write([{ id: 7, text: 'x' }], { table, mode: 'overwrite' })
      expect(await rowsOf(`${table}_view`)).toEqual([{ text: 'x' }])
      if (name === 'postgres')
        expect(await sql(`SELECT has_table_privilege('public', '${table}', 'select') AS may`)).toEqual([{ may: true }])
      else expect(await rowsOf(`${table}_log`)).toEqual([{ id: 7 }])
    })

    test('leaves nothing beside', async () => {
      const table = await filled()
      await write([{ id: 7, text: 'x' }], { table, mode: 'overwrite' })
      await failure(
        write([{ id: 8, text: 'y' }], { table, mode: 'overwrite', columns: { id: 'integer', text: 'json' } }),
      )
      const from = name === 'sqlite' ? 'sqlite_master' : 'information_schema.tables'
      const column = name === 'sqlite' ? 'name' : 'table_name'
      expect(await sql(`SELECT ${column} AS name FROM ${from} WHERE ${column} LIKE 'maestro_staging%'`)).toEqual([])
    })
  })

  describe('rows that the database refuses', () => {
    test('become rejects with the reason, and the others go in', async () => {
      const table = newTable()
      await sql(
        `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, text VARCHAR(5) NOT NULL CHECK (text <> 'bad'), n SMALLINT, day DATE)`,
      )
      const rows: Row[] = Array.from({ length: 40 }, (_, n) => ({ id: n, text: `t${n}`, n, day: '2026-01-02' }))
      rows[3] = { id: 3, text: 'bad', n: 1, day: null }
      rows[7] = { id: 7, text: null, n: 1, day: null }
      rows[8] = { id: 8, n: 1, day: null }
      rows[11] = { id: 5, text: 'again', n: 1, day: null }
      rows[20] = { id: 20, text: 't', n: 'many', day: null }
      rows[21] = { id: 21, text: 't', n: 1.5, day: null }
      rows[22] = { id: 22, text: 't', n: 1, day: '2026-02-30' }
      rows[23] = { id: 23, text: 't', n: 1, day: new Date('2026-01-02T03:00:00Z') }
      rows[24] = { id: 24, text: 't', n: 1, day: null, extra: 1 }
      rows[25] = { id: 25, text: 'a\ud800', n: 1, day: null }
      rows[26] = { id: 26, text: ['t'], n: 1, day: null }
      const bad = [3, 7, 8, 11, 20, 21, 22, 23, 24, 25, 26]
      // SQLite has no bounds for lengths and small numbers.
      if (name !== 'sqlite') {
        rows[30] = { id: 30, text: 'too long', n: 1, day: null }
        rows[31] = { id: 31, text: 't', n: 70_000, day: null }
        bad.push(30, 31)
      }
      // A set tells its columns to nobody beforehand.
      const report = await write(new Set(rows), { table, mode: 'append' })
      const rejects = rejectsOf(report)
      expect(rejects.map(({ id }) => id).sort()).toEqual(bad.map((n) => `rows:${n + 1}`).sort())
      expect(new Set(rejects.map(({ code }) => code))).toEqual(new Set(['MAESTRO_DB_ROW_REFUSED']))
      const messageOf = (n: number) => rejects.find(({ id }) => id === `rows:${n + 1}`)?.message
      expect(messageOf(20)).toContain('column "n": "many" is not a whole number')
      expect(messageOf(24)).toContain('"extra" is not a writable column of the table')
      expect(messageOf(11)).toMatch(/duplicate|unique/i)
      expect(report.counts).toMatchObject({ rowsIn: 40, rejected: bad.length })
      expect((await rowsOf(table)).map(({ id }) => id).sort((a, b) => Number(a) - Number(b))).toEqual(
        rows.map((_, n) => n).filter((n) => !bad.includes(n)),
      )
    })

    test("stop the run under onError: 'fail', and nothing stays", async () => {
      const table = await filled()
      const rows = [
        { id: 9, text: 'x' },
        { id: 1, text: 'again' },
      ]
      const error = await failure(write(rows, { table, mode: 'append' }, { run: { onError: 'fail' } }))
      expect(error).toMatchObject({ code: 'MAESTRO_DB_ROW_REFUSED', rowId: 'rows:2' })
      expect(await rowsOf(table)).toHaveLength(2)
    })

    test('among thousands are found', async () => {
      const table = await filled()
      const rows = Array.from({ length: 5000 }, (_, n) => ({
        id: n + 1,
        text: n % 500 === 7 ? 'much too long a text' : `${n}`,
      }))
      const report = await write(rows, { table, mode: 'append' })
      const bad = name === 'sqlite' ? 2 : 2 + 10
      expect(report.counts.rejected).toBe(bad)
      expect(await rowsOf(table)).toHaveLength(2 + 5000 - bad)
    })

    test('by a key of another table', async () => {
      const table = await filled()
      const child = newTable()
      await sql(
        `CREATE TABLE ${child} (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES ${table} (id))`,
      )
      const rows = [1, 2, 3, 4].map((id) => ({ id, parent: id }))
      const report = await write(rows, { table: child })
      expect(rejectsOf(report).map(({ id }) => id)).toEqual(['rows:3', 'rows:4'])
      expect(await rowsOf(child)).toHaveLength(2)
    })
  })

  test('columns that a row leaves out take their default', async () => {
    const table = newTable()
    const number = {
      sqlite: 'INTEGER PRIMARY KEY',
      postgres: 'SERIAL PRIMARY KEY',
      mariadb: 'INTEGER AUTO_INCREMENT PRIMARY KEY',
    }[name]
    await sql(`CREATE TABLE ${table} (id ${number}, text VARCHAR(9) DEFAULT 'none', n INTEGER)`)
    await write([{ n: 1 }, { text: 'a', n: 2 }, { text: null }, { n: 4, text: undefined }, {}], { table })
    const rows = await rowsOf(table)
    expect(rows.map(({ text, n }) => [text, n])).toEqual([
      ['none', 1],
      ['a', 2],
      [null, null],
      ['none', 4],
      ['none', null],
    ])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(5)
  })

  test('a table that is there is checked, with every difference', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER NOT NULL, Name VARCHAR(9), stars INTEGER, needed INTEGER NOT NULL)`)
    const columns = { id: 'integer', name: 'string', stars: 'json', nowhere: 'string' } as const
    const error = await failure(write([], { table, columns }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_TABLE_DIFFERENT' })
    const [first, second, third, fourth] = error.details.differences as string[]
    expect(first).toMatch(/^there is no column "name"; there is "[Nn]ame"$|^"stars" is/)
    expect([first, second, third, fourth].join('\n')).toMatch(/there is no column "nowhere"/)
    expect(error.message).toMatch(/"stars" is .*, but the rows have json in it/)
    expect(error.message).toContain('"needed" must have a value, but the rows have no such column')
  })

  test('a view, and a table without transactions, are not written', async () => {
    const table = await filled()
    await sql(`CREATE VIEW ${table}_view AS SELECT * FROM ${table}`)
    const unwritable = { code: 'MAESTRO_DB_TABLE_UNWRITABLE' }
    expect(await failure(write([{ id: 5 }], { table: `${table}_view`, mode: 'append' }))).toMatchObject(unwritable)
    if (name !== 'mariadb') return
    await sql(`CREATE TABLE ${table}_old (id INTEGER) ENGINE=MyISAM`)
    expect(await failure(write([{ id: 5 }], { table: `${table}_old`, mode: 'append' }))).toMatchObject(unwritable)
  })

  test('names of all kinds, in tables that are made and that are there', async () => {
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
    const table = `Odd "name" \`;' ${name}`
    const row = Object.fromEntries(odd.map((column, n) => [column, n]))
    for (const mode of ['create', 'append', 'overwrite', 'upsert'] as const) {
      await write([row], { table, mode, key: 'select' }, { overwrite: false }).catch((error) => {
        if (mode !== 'append') throw error
      })
      expect(Object.entries((await rowsOf(table))[0] ?? {})).toEqual(odd.map((column, n) => [column, n]))
    }
    for (const wrong of ['', 'a\0b', 'x'.repeat(1001), 'half \ud800'])
      expect(await failure(write([{ a: 1 }], { table: wrong }))).toMatchObject({
        code: wrong === '' ? 'MAESTRO_PIPELINE_OPTIONS' : 'MAESTRO_DB_NAME',
      })
    if (name === 'mariadb')
      expect(await failure(write([{ '🎉': 1 }], { table: newTable() }))).toMatchObject({ code: 'MAESTRO_DB_NAME' })
    if (name !== 'sqlite')
      expect(await failure(write([{ ['y'.repeat(70)]: 1 }], { table: newTable() }))).toMatchObject({
        code: 'MAESTRO_DB_NAME',
      })
  })

  test('a table of 300 columns', async () => {
    const table = newTable()
    const row = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`c${n}`, n % 2 === 0 ? n : `t${n}`]))
    await write([row, row], { table })
    expect(await rowsOf(table)).toEqual([row, row])
  })

  test('two tables of one database, written by one run', async () => {
    const [one, two] = [newTable(), newTable()]
    const rows = Array.from({ length: 2000 }, (_, n) => ({ n }))
    await project().run(
      pipeline('both')
        .from(rows)
        .write('db.table', { connection, table: one })
        .write('db.table', { connection, table: two }),
    )
    expect([(await rowsOf(one)).length, (await rowsOf(two)).length]).toEqual([2000, 2000])
  })

  test('two tables of one database: when one fails, neither is there', async () => {
    const [one, two] = [newTable(), newTable()]
    await sql(`CREATE TABLE ${two} (n INTEGER PRIMARY KEY)`)
    const rows = Array.from({ length: 3000 }, (_, n) => ({ n: n === 2900 ? 1 : n }))
    const both = pipeline('both')
      .from(rows)
      .write('db.table', { connection, table: one })
      .write('db.table', { connection, table: two })
    await failure(project({ run: { onError: 'fail' } }).run(both))
    expect(await missing(one)).toMatchObject({ code: 'MAESTRO_DB_TABLE_MISSING' })
    expect(await rowsOf(two)).toEqual([])
  })

  test('a run may read and write one table', async () => {
    const table = await filled()
    const run = pipeline('upper')
      .read('db.table', { connection, table })
      .map((row) => ({ ...row, text: String(row.text).toUpperCase() }))
    await project().run(run.write('db.table', { connection, table, mode: 'upsert' }))
    expect(await rowsOf(table)).toEqual([
      { id: 1, text: 'ONE' },
      { id: 2, text: 'TWO' },
    ])
  })

  if (name === 'sqlite') {
    test('a file that a failed run made does not stay', async () => {
      const options = { connection: { client: 'sqlite', path: 'new/made.db' } as const, table: 'a' }
      const rows = [{ a: 1 }, { a: 2 }]
      const fails = pipeline('fails')
        .from(rows)
        .map(() => {
          throw new RangeError('no')
        })
      await failure(project({ run: { onError: 'fail' } }).run(fails.write('db.table', options)))
      expect(existsSync(path('new/made.db'))).toBe(false)
      await project().run(pipeline('works').from(rows).write('db.table', options))
      expect(existsSync(path('new/made.db'))).toBe(true)
      expect(await failure(read({ table: 'a', connection: { client: 'sqlite', path: 'nowhere.db' } }))).toMatchObject({
        code: 'MAESTRO_STORAGE_NOT_FOUND',
      })
      expect(existsSync(path('nowhere.db'))).toBe(false)
    })
  }
})
