import { describe, expect, test } from 'vitest'
import { dialectOf } from '../dialects/dialects.js'
import { prepareQuery } from './check-query.js'

const clients = ['sqlite', 'postgres', 'mysql'] as const
type Client = (typeof clients)[number]
const reasonOf = (sql: string, client: Client) => {
  try {
    prepareQuery(sql, {}, dialectOf(client))
    return undefined
  } catch (error) {
    return (error as { details: { reason: string } }).details.reason
  }
}

describe('readings', () => {
  test.each([
    'SELECT 1',
    '  select * from "a;b" where x = \'; DROP TABLE x\'; ',
    'WITH a AS (SELECT 1) SELECT * FROM a; -- the end; of it',
    'VALUES (1), (2)',
    '/* INTO; */ SELECT 1',
    "-- DELETE\nSELECT 'it''s; INTO'",
    'SELECT "INTO" FROM t',
    'SELECT `a;b`, 1 -- x',
  ])('%s', (sql) => {
    for (const client of clients) expect(reasonOf(sql, client)).toBe(undefined)
  })

  test('quotes that only one database knows are handled', () => {
    expect(reasonOf('SELECT $$; INTO $$, $a$ ; $$ ; $a$', 'postgres')).toBe(undefined)
    expect(reasonOf('SELECT $$; INTO $$', 'mysql')).toBe('it contains several statements')
    expect(reasonOf('SELECT [a;b] FROM t', 'sqlite')).toBe(undefined)
    expect(reasonOf('SELECT a[1;2]', 'postgres')).toBe('it contains several statements')
    expect(reasonOf("SELECT 'a\\'; DROP TABLE x; -- '", 'mysql')).toBe(undefined)
    expect(reasonOf("SELECT 'a\\'; DROP TABLE x; -- '", 'postgres')).toBe('it contains several statements')
    expect(reasonOf("SELECT E'a\\'; DROP TABLE x; -- '", 'postgres')).toBe(undefined)
    expect(reasonOf('SELECT 1 # ; x', 'mysql')).toBe(undefined)
    expect(reasonOf('SELECT 1 # 2; x', 'postgres')).toBe('it contains several statements')
    expect(reasonOf('/* /* */ ; */ SELECT 1', 'postgres')).toBe(undefined)
    expect(reasonOf('/* /* */ ; */ SELECT 1', 'sqlite')).not.toBe(undefined)
  })
})

describe('refused', () => {
  test.each([
    ['DELETE FROM t', 'it begins with DELETE'],
    ['', 'it begins with nothing'],
    ['-- SELECT', 'it begins with nothing'],
    ['EXPLAIN SELECT 1', 'it begins with EXPLAIN'],
    ['SELECT 1; DROP TABLE t', 'it contains several statements'],
    ['SELECT 1;;SELECT 2', 'it contains several statements'],
    ["SELECT 1; '", 'it contains several statements'],
    ['SELECT * INTO other FROM t', 'it writes (INTO)'],
    ["SELECT 1 INTO OUTFILE '/x'", 'it writes (INTO)'],
    ["SELECT 1 /*! INTO OUTFILE '/x' */", 'it has a comment that the database would run (/*! ... */)'],
    ["SELECT 1 /*M!100100 INTO OUTFILE '/x' */", 'it has a comment that the database would run (/*! ... */)'],
  ])('%s', (sql, reason) => {
    for (const client of clients) expect(reasonOf(sql, client)).toBe(reason)
  })

  test('-- without a space begins no comment in MySQL', () => {
    expect(reasonOf("SELECT 1 --1 INTO OUTFILE '/x'", 'mysql')).toBe('it writes (INTO)')
    expect(reasonOf("SELECT 1 --1 INTO OUTFILE '/x'", 'sqlite')).toBe(undefined)
  })
})

describe('parameters', () => {
  test('stand where the driver wants them, outside of quotes and comments', () => {
    const sql = `SELECT ':no', a::text, ":no" /* :no */ FROM t WHERE a = :day AND b IN (:other,:day) -- :no`
    const given = { day: 1, other: 2 }
    expect(prepareQuery(sql, given, dialectOf('postgres'))).toEqual({
      sql: `SELECT ':no', a::text, ":no" /* :no */ FROM t WHERE a = $1 AND b IN ($2,$3) -- :no\n`,
      names: ['day', 'other', 'day'],
    })
    expect(prepareQuery('SELECT :day', { day: 1 }, dialectOf('mysql')).sql).toBe('SELECT ?\n')
  })

  test('that are missing or superfluous are errors', () => {
    expect(() => prepareQuery('SELECT :a', { b: 1 }, dialectOf('sqlite'))).toThrow(
      expect.objectContaining({ code: 'MAESTRO_DB_PARAMETERS', details: { missing: ['a'], unused: ['b'] } }),
    )
    expect(() => prepareQuery('SELECT :toString', {}, dialectOf('sqlite'))).toThrow(/"toString"/)
  })
})
