import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { describe, expect, test } from 'vitest'
import { type DatabaseName, databases, temporaryDatabase } from '../packages/plugin-db/src/__fixtures__/databases.js'

/* Values of the types that few programs know come back the same through table steps and through a file. */

/** Types with values as SQL. */
const types: Readonly<Record<DatabaseName, Readonly<Record<string, readonly string[]>>>> = {
  postgres: {
    'int[]': ["'{1,NULL,3}'", "'{}'", "'{{1,2},{3,4}}'"],
    'text[]': [`'{"a,b","c\\"d",NULL,"NULL","","{}"," x "}'`],
    'numeric[]': ["'{1.50,NaN,10}'"],
    'bytea[]': [`'{"\\\\x00ff",NULL}'`],
    'jsonb[]': [`ARRAY['{"a":1}'::jsonb, NULL]`],
    'interval[]': [`'{"1 day","-2 mons"}'`],
    'box[]': ["'{(1,1),(0,0);(2,2),(1,1)}'"],
    'pair[]': [`ARRAY[ROW(1,'a,"b')::pair, NULL]`],
    'mood[]': ["'{ok,NULL}'"],
    'other.vector[]': ["'{north}'"],
    int4range: ["'[1,5)'", "'empty'", "'(,5)'"],
    tstzrange: [`'["2026-01-02 03:04:05.123456+00",)'`],
    int4multirange: ["'{[1,5),[7,9)}'", "'{}'"],
    mood: ["'sad'", `'a,b''"c'`],
    // Names of types of PostgreSQL, which users gave to types of their own.
    _mood: ["'x'"],
    'other.date': ["'x'"],
    'other.vector': ["'north'"],
    money: ["'-1234.56'", "'1234567.89'"],
    interval: ["'1 year 2 mons -3 days 04:05:06.789'", "'-00:00:01'", "'0'"],
    'bit(4)': ["B'1010'"],
    'varbit(9)': ["B'10'", "B''"],
    inet: ["'10.0.0.1/8'", "'::1'"],
    cidr: ["'10.0.0.0/8'"],
    xml: [`'<a b="1">x</a>'`],
    tsvector: ["'fat:2A cat:1'", "''"],
    timetz: ["'03:04:05.123456+02'", "'24:00:00+00'"],
    numeric: ["'NaN'", "'-Infinity'", '1e-20', '12345678901234567890123456789.1234567890', '1e40'],
    real: ['0.1', "'NaN'", "'-0'", '1e-45'],
    short: ["'abc'"],
    ints: ["'{1,2}'"],
    cents: ['1.50'],
    pair: [`ROW(1,'x y')`, 'ROW(NULL,NULL)', `ROW(2,'"q",\\')`],
    point: ["'(1.5,2)'"],
    '"char"': ["'a'", "''"],
    'char(5)': ["'ab'", "''"],
  },
  mariadb: {
    YEAR: ['0', '1901', '2155'],
    "SET('a', 'b', 'c''d')": ["''", "'a,b'", "'c''d'"],
    "ENUM('a', '', '0', '2')": ["'a'", "''", "'0'", "'2'"],
    'BIT(12)': ["b'101010101010'", "b'0'"],
    'BIT(64)': ["b'1111111111111111111111111111111111111111111111111111111111111111'"],
    TIME: ["'838:59:59'", "'-838:59:59'", "'-00:00:01'"],
    'TIME(6)': ["'100:00:00.500000'", "'-01:02:03.000001'"],
    'BIGINT UNSIGNED': ['18446744073709551615'],
    'INT(5) ZEROFILL': ['42'],
    'DECIMAL(65, 30)': ['12345678901234567890123456789012345.123456789012345678901234567890', '100'],
    FLOAT: ['0.1', '16777216', '1e-38'],
    UUID: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
    INET6: ["'::1'", "'2001:db8::ff00:42:8329'"],
    'TINYINT(1)': ['1', '0'],
    'BINARY(4)': ["x'00ff0000'"],
    'VARCHAR(5) CHARACTER SET latin1': ["'é'", "'a '"],
  },
  sqlite: {
    '': ['1', '1.5', "'007'", "x'00ff'", "''", '9223372036854775807', '9e999', "' x '"],
    TEXT: ["'1'", "'1.50'", "'2026-01-02'", "''"],
    NUMERIC: ['1', '1.5', '9007199254740993'],
    BLOB: ["x'00ff'", "x''"],
    BOOLEAN: ['1', '0'],
    UUID: ["'a'"],
  },
}

const setup: Readonly<Record<DatabaseName, string>> = {
  postgres: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'a,b''"c'); CREATE TYPE _mood AS ENUM ('x'); CREATE SCHEMA other;
    CREATE TYPE other.date AS ENUM ('x'); CREATE TYPE other.vector AS ENUM ('north'); CREATE DOMAIN short AS varchar(3);
    CREATE DOMAIN ints AS int[]; CREATE DOMAIN cents AS numeric(10, 2); CREATE TYPE pair AS (a int, b text)`,
  mariadb: "SET sql_mode = ''",
  sqlite: '',
}

const asText: Readonly<Record<DatabaseName, (column: string) => string>> = {
  postgres: (column) => `${column}::text`,
  mariadb: (column) => `HEX(${column})`,
  sqlite: (column) => `typeof(${column}) || quote(${column})`,
}

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)
  const { connection, sql } = database
  const columns = Object.keys(types[name]).map((type, index) => `c${index} ${type}`)
  const most = Math.max(...Object.values(types[name]).map((values) => values.length))

  test('values of odd types pass through table steps and through Parquet', async () => {
    const [from, steps, file] = [database.newTable(), database.newTable(), database.newTable()]
    if (setup[name] !== '') await sql(setup[name])
    for (const one of [from, steps, file])
      await sql(`CREATE TABLE ${one} (id INTEGER PRIMARY KEY, ${columns.join(', ')})`)
    for (let id = 0; id <= most; id++) {
      const values = Object.values(types[name]).map((all) => all[id] ?? 'NULL')
      await sql(
        `${name === 'mariadb' ? "SET sql_mode = ''; " : ''}INSERT INTO ${from} VALUES (${id}, ${values.join(', ')})`,
      )
    }
    const shown = (one: string) =>
      sql(
        `SELECT id, ${columns.map((_, at) => `${asText[name](`c${at}`)} AS c${at}`).join(', ')} FROM ${one} ORDER BY id`,
      )
    const project = maestro({ directory: database.folder, plugins: [db, fs, table], logLevel: 'silent' })
    const read = () => pipeline('odd').read('db.table', { connection, table: from }) as never as Started
    const write = { connection, mode: 'append' } as const
    await project.run(
      read()
        .step('table.sort', { by: ['c0', 'id'], descending: true })
        .step('table.dedupe', { by: ['id', 'c1'] })
        .step('table.filter', { where: 'id >= 0' })
        .write('db.table', { ...write, table: steps }),
    )
    expect(await shown(steps)).toEqual(await shown(from))
    if (name !== 'sqlite') {
      await project.run(read().write('fs.file', { path: 'odd.parquet' }))
      const back = pipeline('back').read('fs.file', { path: 'odd.parquet' }) as never as Started
      await project.run(back.write('db.table', { ...write, table: file }))
      expect(await shown(file)).toEqual(await shown(from))
    }
    await project.dispose()
  })
})

/** A pipeline over rows whose columns only the database knows. */
type Started = ReturnType<typeof started>
const started = () => pipeline('any').from([{}] as Record<string, unknown>[])
