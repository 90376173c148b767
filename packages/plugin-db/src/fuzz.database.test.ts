import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from './__fixtures__/databases.js'
import { dialectOf } from './dialects/dialects.js'

/** Pieces that end names and texts, begin comments and statements, or stand for values. */
const hostile = [
  '"',
  "'",
  '`',
  ';',
  '--',
  '/*',
  '*/',
  '#',
  '\\',
  '?',
  '??',
  ':a',
  '$1',
  '$$',
  '%',
  '.',
  ' as ',
  '\n',
  '[',
  ']',
  '{{x}}',
  '\u2028',
  '漢',
  'é',
  '); DROP TABLE witness; --',
  '" ; DROP TABLE witness; --',
  "'; DROP TABLE witness; --",
  '` ; DROP TABLE witness; -- ',
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...hostile, 'a', 'B', ' '), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)

describe.each(databases)('%s', (name) => {
  const { sql, read, write, quote } = temporaryDatabase(name)
  const dialect = dialectOf(name)
  const isName = (candidate: string) => {
    try {
      dialect.quoteName(candidate)
      return candidate.trim() !== ''
    } catch {
      return false
    }
  }

  test('names and values never break out', async () => {
    await sql('CREATE TABLE witness (id INTEGER)')
    await sql('INSERT INTO witness VALUES (1)')
    await fc.assert(
      fc.asyncProperty(
        text.filter(isName),
        fc.uniqueArray(text.filter(isName), {
          minLength: 1,
          maxLength: 4,
          selector: (column) => column.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, ''),
        }),
        fc.array(text, { minLength: 4, maxLength: 4 }),
        async (table, columns, values) => {
          if (table.toLowerCase() === 'witness' || /^sqlite_/i.test(table)) return
          // A key's text has a bound in MariaDB, and no NUL in the others.
          const clean = values.map((value) => value.replaceAll('\0', ''))
          const row = Object.fromEntries([
            ['the key', clean[0]],
            ...columns.map((column, n) => [column, clean[n]] as const),
          ])
          // A case that fails leaves its table, and smaller cases are tried after it.
          await sql(`DROP TABLE IF EXISTS ${quote(table)}`)
          await write([row], { table, key: 'the key' as never })
          await write([row], { table, mode: 'upsert' })
          await write([row], { table, mode: 'overwrite' })
          for (const method of ['snapshot', 'keyset'] as const)
            expect((await read({ table, method })).rows).toEqual([row])
          const asked = await read({ table, columns, key: 'the key' })
          expect(asked.rows).toEqual([row])
          await sql(`DROP TABLE ${quote(table)}`)
        },
      ),
      { numRuns: 25 },
    )
    expect(await sql('SELECT id FROM witness')).toEqual([{ id: 1 }])
  })
})
