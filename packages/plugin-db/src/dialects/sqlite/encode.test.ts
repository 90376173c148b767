import Database from 'libsql'
import { afterEach, expect, test } from 'vitest'
import { encoderOf } from './encode.js'
import { sqliteColumn } from './kinds.js'

const file = new Database(':memory:')
afterEach(() => file.exec('DROP TABLE IF EXISTS numbers'))

const whole = [0, 5, 2 ** 31, 2 ** 50 - 1, 2 ** 50, 2 ** 51 - 1, 2 ** 51, 2 ** 51 + 1, 2 ** 52 + 1, 2 ** 53 - 1]

test.each(['INTEGER', 'BIGINT', 'INT', 'INTEGER) STRICT --'])(
  'a column of type %s stores whole numbers as integers',
  (type) => {
    file.exec(`CREATE TABLE numbers (n ${type}\n${type.endsWith('--') ? '' : ')'}`)
    const encode = encoderOf(sqliteColumn(type.replace(/\).*/, ''), type.includes('STRICT')))
    const values = whole.flatMap((number) => [number, -number])
    const insert = file.prepare('INSERT INTO numbers VALUES (?)')
    for (const value of values) insert.run([encode(value)])
    const rows = file.prepare('SELECT n, typeof(n) FROM numbers').raw(true).safeIntegers(true).all()
    expect(rows).toEqual(values.map((value) => [BigInt(value), 'integer']))
  },
)
