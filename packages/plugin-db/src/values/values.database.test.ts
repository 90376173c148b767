import type { Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from '../__fixtures__/databases.js'

/** Types of each database, a value as SQL, and what it is in a row: the table of docs/databases.md. */
const types: Readonly<
  Record<(typeof databases)[number], Readonly<Record<string, readonly [sql: string, value: unknown]>>>
> = {
  sqlite: {
    INTEGER: ['7', 7],
    'INTEGER /* wide */': ['9007199254740993', 9007199254740993n],
    BIGINT: ['7', 7n],
    REAL: ['0.5', 0.5],
    'REAL /* infinite */': ['9e999', Number.POSITIVE_INFINITY],
    'DECIMAL(9, 2)': ['1.50', 1.5],
    BOOLEAN: ['1', true],
    TEXT: ["'00123'", '00123'],
    'VARCHAR(9)': ["'漢🎉'", '漢🎉'],
    BLOB: ["x'00ff'", new Uint8Array([0, 255])],
    DATE: ["'2026-01-02'", new Date('2026-01-02T00:00:00Z')],
    DATETIME: ["'2026-01-02 03:04:05'", new Date('2026-01-02T03:04:05Z')],
    TIMESTAMP: ["'2026-01-02T03:04:05.678+02:00'", new Date('2026-01-02T01:04:05.678Z')],
    JSON: [`'{"a":[1,9007199254740993]}'`, { a: [1, 9007199254740993n] }],
    'VECTOR(2)': ["x'0000803f00000040'", new Float32Array([1, 2])],
    '': ["'any'", 'any'],
  },
  postgres: {
    smallint: ['7', 7],
    integer: ['-7', -7],
    bigint: ['9007199254740993', 9007199254740993n],
    real: ['0.5', 0.5],
    'double precision': ["'NaN'", Number.NaN],
    float8: ["'-Infinity'", Number.NEGATIVE_INFINITY],
    'numeric(30, 10)': ['12345678901234567890.5', '12345678901234567890.5000000000'],
    boolean: ['true', true],
    text: ["'00123'", '00123'],
    'varchar(9)': ["'漢🎉'", '漢🎉'],
    'char(3)': ["'a'", 'a'],
    bytea: ["'\\x00ff'", new Uint8Array([0, 255])],
    date: ["'2026-01-02'", new Date('2026-01-02T00:00:00Z')],
    timestamp: ["'2026-01-02 03:04:05.678901'", new Date('2026-01-02T03:04:05.678Z')],
    timestamptz: ["'2026-01-02 03:04:05+02'", new Date('2026-01-02T01:04:05Z')],
    time: ["'03:04:05'", '03:04:05'],
    interval: ["'1 day'", '1 day'],
    uuid: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    json: [`'{"a": 9007199254740993}'`, { a: 9007199254740993n }],
    jsonb: [`'[1, null]'`, [1, null]],
    'integer[]': ["'{1,NULL,3}'", [1, null, 3]],
    'text[]': [`'{"a,b","c\\"d",NULL,"NULL","","{}"}'`, ['a,b', 'c"d', null, 'NULL', '', '{}']],
    'integer[][]': [
      "'{{1,2},{3,4}}'",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    'bigint[]': ["'{}'", []],
    inet: ["'10.0.0.1'", '10.0.0.1'],
  },
  mariadb: {
    TINYINT: ['7', 7],
    INT: ['-7', -7],
    'INT UNSIGNED': ['4294967295', 4294967295],
    BIGINT: ['9007199254740993', 9007199254740993n],
    'BIGINT UNSIGNED': ['18446744073709551615', 18446744073709551615n],
    FLOAT: ['0.5', 0.5],
    DOUBLE: ['-1.7976931348623157e308', -1.7976931348623157e308],
    'DECIMAL(30, 10)': ['12345678901234567890.5', '12345678901234567890.5000000000'],
    BOOLEAN: ['true', true],
    'BIT(9)': ["b'100000001'", 257n],
    'VARCHAR(9)': ["'漢🎉'", '漢🎉'],
    TEXT: ["'00123'", '00123'],
    "ENUM('a', 'b')": ["'b'", 'b'],
    BLOB: ["x'00ff'", new Uint8Array([0, 255])],
    'VARBINARY(9)': ["x'00ff'", new Uint8Array([0, 255])],
    DATE: ["'2026-01-02'", new Date('2026-01-02T00:00:00Z')],
    'DATETIME(6)': ["'2026-01-02 03:04:05.678901'", new Date('2026-01-02T03:04:05.678Z')],
    'TIMESTAMP(3) NULL': ["'2026-01-02 03:04:05.678'", new Date('2026-01-02T03:04:05.678Z')],
    TIME: ["'03:04:05'", '03:04:05'],
    YEAR: ['2026', 2026],
    UUID: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    JSON: [`'{"a": 9007199254740993}'`, { a: 9007199254740993n }],
  },
}

describe.each(databases)('%s', (name) => {
  const { sql, read, write, newTable } = temporaryDatabase(name)
  const cases = Object.entries(types[name])
  const columns = cases.map(([type], n) => `c${n} ${type}`)
  const expected = Object.fromEntries(cases.map(([, [, value]], n) => [`c${n}`, value]))

  test('values of every type are read, and written back the same', async () => {
    const [from, to] = [newTable(), newTable()]
    for (const table of [from, to]) await sql(`CREATE TABLE ${table} (${columns.join(', ')})`)
    await sql(
      `SET time_zone = '+00:00'; INSERT INTO ${from} VALUES (${cases.map(([, [value]]) => value).join(', ')})`.slice(
        name === 'mariadb' ? 0 : "SET time_zone = '+00:00'; ".length,
      ),
    )
    const { rows } = await read({ table: from })
    expect(rows).toEqual([expected])
    await write(new Set(rows), { table: to })
    expect((await read({ table: to })).rows).toEqual([expected])
    const none = Object.fromEntries(cases.map((_, n) => [`c${n}`, null]))
    await write([none], { table: to, mode: 'overwrite' })
    expect((await read({ table: to })).rows).toEqual([none])
  })

  test('a date that no row can hold rejects its row', async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, day DATE)`)
    const odd = { sqlite: "'0000-00-00'", postgres: "'infinity'", mariadb: "'0000-00-00'" }[name]
    const mode = name === 'mariadb' ? "SET sql_mode = ''; " : ''
    await sql(`${mode}INSERT INTO ${table} VALUES (1, '2026-01-02'), (2, ${odd})`)
    const { rows, report } = await read({ table })
    const [first] = rows
    expect(first).toEqual({ id: 1, day: new Date('2026-01-02T00:00:00Z') })
    // In SQLite a column's type is a hint, and what does not follow it stays as it is.
    if (name === 'sqlite') expect(rows[1]).toEqual({ id: 2, day: '0000-00-00' })
    else expect(report.counts.rejected).toBe(1)
  })

  test('values that the database cannot hold reject their row, and are never made into others', async () => {
    const table = newTable()
    const number = { sqlite: 'REAL', postgres: 'DOUBLE PRECISION', mariadb: 'DOUBLE' }[name]
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, number ${number}, text VARCHAR(99), big BIGINT)`)
    const rows: Row[] = [
      { number: Number.NaN },
      { number: Number.POSITIVE_INFINITY },
      { text: 'a\0b' },
      { text: 'half \ud800' },
      { big: 2n ** 63n },
      { big: 0.5 },
      { number: 'x' },
    ].map((row, id) => ({ id, ...row }))
    await write(new Set(rows), { table })
    const back = (await read({ table })).rows
    const kept = { sqlite: [1], postgres: [0, 1], mariadb: [2] }[name]
    expect(back.map(({ id }) => id)).toEqual(kept)
    for (const row of back) expect(row).toEqual({ number: null, text: null, big: null, ...rows[Number(row.id)] })
  })
})
