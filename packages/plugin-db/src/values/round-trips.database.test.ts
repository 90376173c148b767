import type { Row } from '@maestro-dataflow/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { databases, rejectsOf, temporaryDatabase } from '../__fixtures__/databases.js'
import { parseDecimal } from './decimal.js'
import { parseDate } from './parse-date.js'

const digits = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: 0, max: 99999 })).map(([a, b]) => `${a}.${b}`),
  fc.constantFrom('00123', '1e5', '0.10', '1.239', '-0', '+7', ' 7 ', '0x10', '9007199254740993', '1_000', '٣'),
)

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  digits,
  fc.constantFrom(
    'a',
    'A',
    'b',
    'b,a',
    'a,b',
    'a ',
    'abcdef',
    '12345 ',
    'x\0y',
    '\ud800',
    '2',
    '{"a":1}',
    '[1]',
    'null',
    '"x"',
    'true',
    '',
  ),
  fc.constantFrom(
    '2026-01-02',
    '2026-01-02T03:04:05.678901Z',
    '2026-01-02 03:04:05.9+02',
    '0000-00-00',
    '2026-02-30',
    'infinity',
  ),
  fc.constantFrom(
    '03:04:05',
    '03:04:05.678',
    '-01:00:00',
    '5',
    '1 day',
    '1 day 00:00:00.5',
    '$1.25',
    '12.345',
    '10.0.0.1',
    '[1,5)',
    '101',
    '1010',
  ),
  fc.uuid(),
)

const anyValue = fc.oneof(
  texts,
  fc.integer(),
  fc.integer({ min: 0, max: 2200 }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.double(),
  fc.float(),
  fc.constantFrom(0.1, 1.239, 0.5, -0, 1e300, 16777217, 1e21, Number.NaN, Number.POSITIVE_INFINITY),
  fc.boolean(),
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  fc.constantFrom(
    new Date('2026-01-02T00:00:00Z'),
    new Date('2026-01-02T03:04:05Z'),
    new Date('2026-01-02T03:04:05.678Z'),
  ),
  fc.uint8Array({ maxLength: 6 }),
  fc.constantFrom(new Float32Array([1, 0.5]), new Uint8Array([1, 2, 3, 4])),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.oneof(fc.integer(), texts, fc.constant(null)), { maxLength: 3 }),
  fc.constant(null),
)

const types: Readonly<Record<(typeof databases)[number], readonly string[]>> = {
  sqlite: [
    'INTEGER',
    'BIGINT',
    'UNSIGNED BIG INT',
    'REAL',
    'NUMERIC',
    'DECIMAL(10, 2)',
    'BOOLEAN',
    'TEXT',
    'VARCHAR(5)',
    'STRING',
    'BLOB',
    'DATE',
    'DATETIME',
    'TIMESTAMP',
    'JSON',
    'JSON_TEXT',
    'UUID',
    'MONEY',
    '',
  ],
  postgres: [
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'numeric',
    'numeric(10, 2)',
    'numeric(3, -2)',
    'boolean',
    'text',
    'varchar(5)',
    'name',
    '"char"',
    'bytea',
    'date',
    'timestamp',
    'timestamptz',
    'timestamp(0)',
    'timestamptz(3)',
    'time',
    'time(0)',
    'interval',
    'interval(0)',
    'uuid',
    'inet',
    'json',
    'jsonb',
    'integer[]',
    'text[]',
    'numeric(10, 2)[]',
    'varchar(5)[]',
    'money',
    'bit(3)',
    'varbit(4)',
    'int4range',
    'mood',
    'short',
    'cents',
    'oid',
    'real[]',
  ],
  mariadb: [
    'TINYINT',
    'INT',
    'INT UNSIGNED',
    'BIGINT',
    'BIGINT UNSIGNED',
    'FLOAT',
    'DOUBLE',
    'DOUBLE(10, 2)',
    'DECIMAL(10, 2)',
    'BOOLEAN',
    'BIT(9)',
    'CHAR(5)',
    'VARCHAR(5)',
    'VARCHAR(5) COLLATE utf8mb4_general_ci',
    'TINYTEXT',
    'TEXT',
    "ENUM('a', 'b')",
    "SET('a', 'b')",
    'BINARY(4)',
    'VARBINARY(4)',
    'BLOB',
    'DATE',
    'DATETIME',
    'DATETIME(3)',
    'TIMESTAMP(6) NULL',
    'TIME',
    'TIME(3)',
    'YEAR',
    'UUID',
    'JSON',
    'INET6',
  ],
}

/** Whether a value that came back says what was written, maybe in other words. */
function isSame(written: unknown, read: unknown, type: string): boolean {
  if (Object.is(written, read) || written === read) return true
  if (written instanceof Date && read instanceof Date) return written.getTime() === read.getTime()
  if (read instanceof Date) return typeof written === 'string' && parseDate(written)?.getTime() === read.getTime()
  if (ArrayBuffer.isView(written) && ArrayBuffer.isView(read)) return bytes(written).equals(bytes(read))
  if (typeof written === 'boolean')
    return read === written || Number(read) === Number(written) || read === String(written)
  if (typeof read === 'boolean') return written === Number(read) || written === BigInt(read) || written === String(read)
  if (written instanceof Date) return typeof read === 'string' && parseDate(read)?.getTime() === written.getTime()
  const isText = typeof written === 'string' && typeof read === 'string'
  if (isText && /char|text|string|^name|enum|set|json|uuid|money|mood|short|^$|blob/i.test(type) && type !== 'money') {
    return /^uuid|^char\(/i.test(type) && written.toLowerCase().trimEnd() === read.toLowerCase().trimEnd()
  }
  if (isPlain(written) && isPlain(read)) {
    const [a, b] = [parts(written), parts(read)]
    if (a !== undefined && b !== undefined) return JSON.stringify(a) === JSON.stringify(b)
    // Types that PostgreSQL and MariaDB write in their own way.
    return isText && /time|interval|inet|range|money|bit/i.test(type) && sameWords(written, read)
  }
  if (Array.isArray(written) && Array.isArray(read))
    return written.length === read.length && written.every((item, at) => isSame(item, read[at], type.replace('[]', '')))
  if (typeof written === 'object' && typeof read === 'object' && written !== null && read !== null) {
    const keys = Object.keys(written).sort()
    return (
      JSON.stringify(keys) === JSON.stringify(Object.keys(read).sort()) &&
      keys.every((key) => isSame((written as Row)[key], (read as Row)[key], 'json'))
    )
  }
  return false
}

const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
const parts = (value: unknown) => parseDecimal(String(value).trim().replaceAll(/[$,]/g, ''))
const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)

function sameWords(written: string, read: string): boolean {
  const bare = (text: string) => text.replaceAll(/[\s,$]|\.?0+$|^0+(?=\d)|\/32$|::1$/g, '').toLowerCase()
  return bare(written) === bare(read)
}

describe.each(databases)('%s', (name) => {
  const { sql, read, write, newTable } = temporaryDatabase(name)

  test.each(types[name])('%s: a value comes back as it was, or its row is refused', async (type) => {
    if (name === 'postgres')
      await sql(`DO $$ BEGIN CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN short AS varchar(5);
        CREATE DOMAIN amount AS numeric(10, 2); CREATE DOMAIN cents AS amount; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
    await fc.assert(
      fc.asyncProperty(fc.array(anyValue, { minLength: 40, maxLength: 60 }), async (values) => {
        const table = newTable()
        await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v ${type})`)
        const report = await write(new Set(values.map((v, id) => ({ id, v }))), { table, mode: 'append' })
        const refused = rejectsOf(report).length
        const back = await read({ table })
        expect(refused + back.rows.length + back.report.counts.rejected).toBe(values.length)
        for (const row of back.rows) {
          const written = values[Number(row.id)]
          if (!isSame(written, row.v, type)) expect({ [type]: row.v }).toEqual({ [type]: written })
        }
      }),
      { numRuns: 4 },
    )
  })
})
