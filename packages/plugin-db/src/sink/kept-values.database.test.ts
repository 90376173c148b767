import type { Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, failure, rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'
import { querySource } from '../source/query-source.js'
import { tableSource } from '../source/table-source.js'

/** Columns with values that they keep, and values that they would change. */
const columns: Readonly<
  Record<
    (typeof databases)[number],
    readonly (readonly [type: string, kept: readonly unknown[], changed: readonly unknown[]])[]
  >
> = {
  sqlite: [
    ['NUMERIC', [0.5, '0.10', '9007199254740993'], ['12345678901234567890.5', '0.12345678901234567891', '00123']],
    ['STRING', ['abc', '1-2', 5n], ['00123', '1e5', '0.10', 2n ** 64n]],
    ['UUID', ['12a-b'], ['12345678']],
    ['INTEGER', [5, '-7', '0'], ['007', 1.5, '1.0', '0x10']],
    ['REAL', [0.1, '0.5'], ['00.5', '9007199254740993', 9007199254740993n]],
    ['JSON', [{ a: 1 }, '5', 9007199254740993n], [2n ** 64n]],
  ],
  postgres: [
    ['numeric(10, 2)', [1.23, '1.50', '1.2300', 1e3], ['00123', 1.239, '1.239', '12.3e-2']],
    ['numeric(3, -2)', [100, '1200'], [150]],
    ['cents', ['1.25'], ['1.255']],
    ['timestamp(0)', [new Date('2026-01-02T03:04:05Z')], [new Date('2026-01-02T03:04:05.6Z'), '2026-01-02T03:04:05.6']],
    ['timestamptz', ['2026-01-02T03:04:05.678901Z'], ['2026-01-02T03:04:05.6789012Z']],
    ['date', ['2026-01-02'], ['2026-01-02T00:00:00.000001Z']],
    ['time(0)', ['03:04:05'], ['03:04:05.6']],
    ['interval(0)', ['1 day', '1-2'], ['1.5 seconds', '00:00:01.5', 5, '5', [1], true]],
    ['time', ['03:04', '3:04 PM'], ['1010', 101112]],
    ['oid', [1, 4294967295], [-4]],
    ['varchar(3)', ['abc'], ['abc ', 'abc   ']],
    ['char(3)', ['abc', 'a b', ''], ['abc ', 'a ', ' ']],
    ['char(3)[]', [['a', 'abc']], [['a ']]],
    ['name', ['a'.repeat(63)], ['a'.repeat(64)]],
    ['"char"', ['a'], ['ab', 'é', 0.5, [1], new Uint8Array([1])]],
    ['real', [0.1, 0.5, 16777216], [0.123456789, 16777217, 1e300]],
    ['real[]', [[0.5]], [[0.123456789]]],
    ['money', ['1.25', '-1000.00', 5n, 0.1], ['1.255', 1.255, '', '$1.00', '1,000']],
    ['money[]', [['1.25', null, -2]], [['1.255'], ['x']]],
  ],
  mariadb: [
    ['INT', [5, '-7'], ['007', true]],
    ['DECIMAL(10, 2)', [1.23, '1.50'], ['00123', 1.239, '1.239']],
    ['DATETIME', [new Date('2026-01-02T03:04:05Z')], [new Date('2026-01-02T03:04:05.6Z')]],
    ['TIME', ['03:04:05'], ['03:04:05.6', '10', 1112]],
    ['VARCHAR(3)', ['abc', 100], ['abc ', 'abc   ', 1000]],
    ['CHAR(3)', ['ab'], ['ab ']],
    ['TINYTEXT', ['a'.repeat(255)], [`${'a'.repeat(255)} `]],
    ['FLOAT', [0.1, 0.5], [0.123456789, 16777217]],
    ['BINARY(4)', [new Uint8Array(4)], [new Uint8Array(3)]],
    ['YEAR', [2026, 1901], [5, 70, 1900]],
    ["ENUM('a', 'b', '1')", ['a', '1'], ['A', '2', 'c']],
    ["SET('a', 'b')", ['a,b', 'a', ''], ['b,a', 'a,a', 'c', '3']],
  ],
}

const byId = (rows: readonly Row[]) => [...rows].sort((a, b) => Number(a.id) - Number(b.id))

describe.each(databases)('%s', (name) => {
  const { sql, read, write, newTable, connection, folder } = temporaryDatabase(name)
  const jsonType = { sqlite: 'JSON', postgres: 'jsonb', mariadb: 'JSON' }[name]

  test.each(columns[name])(
    '%s keeps values as they are, and refuses what it would change',
    async (type, kept, changed) => {
      if (name === 'postgres')
        await sql(`DO $$ BEGIN CREATE DOMAIN amount AS numeric(10, 2); CREATE DOMAIN cents AS amount;
        EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
      for (const mode of ['append', 'upsert'] as const) {
        const table = newTable()
        await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${type})`)
        const values = [...kept, ...changed]
        const report = await write(new Set(values.map((v, id) => ({ id, v }))), { table, mode })
        expect(rejectsOf(report).map(({ message }) => message)).toHaveLength(changed.length)
        expect((await read({ table })).rows.map(({ id }) => id)).toEqual(kept.map((_, id) => id))
      }
    },
  )

  test('a text of JSON goes into a column of JSON only where that is asked for', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${jsonType})`)
    const rows = ['{"a":1}', '[1]', 'plain', '{no json'].map((v, id) => ({ id, v }))
    expect(rejectsOf(await write(rows, { table, mode: 'append' }))).toHaveLength(2)
    expect((await read({ table })).rows).toEqual(rows.slice(2))
    const asked = await write(rows.slice(0, 2), { table, mode: 'upsert', columns: { id: 'integer', v: 'json' } })
    expect(rejectsOf(asked)).toEqual([])
    const back = byId((await read({ table })).rows)
    expect(back.slice(0, 2)).toEqual([
      { id: 0, v: { a: 1 } },
      { id: 1, v: [1] },
    ])
    const copy = newTable()
    await sql(`CREATE TABLE ${copy} (id INTEGER PRIMARY KEY, v ${jsonType})`)
    await write(back, { table: copy, mode: 'append' })
    expect(byId((await read({ table: copy })).rows)).toEqual(back)
  })

  test('a JSON null is not NULL', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${jsonType})`)
    await sql(`INSERT INTO ${table} VALUES (1, 'null'), (2, NULL), (3, '{"a":null}')`)
    const { rows, report } = await read({ table })
    expect(rows).toEqual([
      { id: 2, v: null },
      { id: 3, v: { a: null } },
    ])
    expect(report.counts.rejected).toBe(1)
    const asked = await read({ table, columns: { id: 'integer', v: 'json' } })
    expect(asked.rows.map(({ v }) => v)).toEqual([null, null, { a: null }])
  })

  if (name !== 'mariadb')
    test('a row that a trigger skips is refused, and the others go in', async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v TEXT)`)
      await sql(
        name === 'sqlite'
          ? `CREATE TRIGGER skip_${table} BEFORE INSERT ON ${table} WHEN NEW.id % 3 = 0 BEGIN SELECT RAISE(IGNORE); END`
          : `CREATE FUNCTION skip_${table}() RETURNS trigger AS $$ BEGIN RETURN CASE WHEN NEW.id % 3 = 0 THEN NULL ELSE NEW END; END $$ LANGUAGE plpgsql;
           CREATE TRIGGER skip_${table} BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION skip_${table}()`,
      )
      for (const [mode, start] of [
        ['append', 0],
        ['upsert', 30],
      ] as const) {
        const report = await write(
          Array.from({ length: 30 }, (_, n) => ({ id: start + n, v: 'x' })),
          { table, mode },
        )
        const rejects = rejectsOf(report)
        expect(rejects).toHaveLength(10)
        expect(rejects[0]?.message).toContain('a trigger of the table skipped it')
        expect(report.counts.rowsOut).toBe(20)
      }
      expect((await read({ table })).rows).toHaveLength(40)
    })

  if (name !== 'mariadb')
    test('a foreign key that is checked at the end names the row', async () => {
      const [parent, child] = [newTable(), newTable()]
      await sql(`CREATE TABLE ${parent} (id INTEGER PRIMARY KEY)`)
      await sql(
        `CREATE TABLE ${child} (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES ${parent} DEFERRABLE INITIALLY DEFERRED)`,
      )
      const error = await failure(write([{ id: 1, parent: 4711 }], { table: child, mode: 'append' }))
      expect(error.message).toMatch(/\(parent\) ?= ?\(4711\)/)
      expect(await sql(`SELECT * FROM ${child}`)).toEqual([])
    })

  test('the plan knows the types of a table and of a query', async () => {
    const table = newTable()
    const type = { sqlite: 'INTEGER', postgres: 'bigint', mariadb: 'BIGINT' }[name]
    await sql(`CREATE TABLE ${table} (id ${type} PRIMARY KEY, price NUMERIC(10, 2), text VARCHAR(20))`)
    const place = { directory: folder, allowOutside: false }
    const parsed = (options: object) => ({ connection, ...options }) as never
    const expected = {
      sqlite: { id: 'unknown', price: 'unknown', text: 'unknown' },
      postgres: { id: 'bigint', price: 'decimal', text: 'string' },
      mariadb: { id: 'bigint', price: 'decimal', text: 'string' },
    }[name]
    expect(await tableSource.describeColumns?.(parsed({ table }), place)).toEqual({ columns: expected, open: false })
    const query = `SELECT id, price, text FROM ${table}`
    expect(await querySource.describeColumns?.(parsed({ query }), place)).toEqual({ columns: expected, open: false })
    const declared = parsed({ table, columns: { id: 'integer', text: 'unknown' } })
    expect(await tableSource.describeColumns?.(declared, place)).toEqual({
      columns: { id: 'integer', text: expected.text },
      open: false,
    })
  })
})
