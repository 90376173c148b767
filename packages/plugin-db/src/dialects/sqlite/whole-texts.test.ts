import Database from 'libsql'
import { expect, test } from 'vitest'
import { sqliteColumn } from './kinds.js'
import { WholeTexts } from './whole-texts.js'

test('texts with a NUL character are whole, beside values of other types', () => {
  const file = new Database(':memory:')
  file.exec('CREATE TABLE texts (id INTEGER, a TEXT, b TEXT)')
  file.exec(`INSERT INTO texts VALUES
    (1, 'a' || char(0) || 'b', NULL), (2, NULL, char(0)), (3, x'610062', 'plain'), (4, 'plain', x'00'),
    (5, x'00', 'c' || char(0) || '漢'), (6, NULL, NULL)`)
  const fields = ['INTEGER', 'TEXT', 'TEXT'].map((type, at) => ({
    name: ['id', 'a', 'b'][at] ?? '',
    ...sqliteColumn(type, false),
  }))
  const texts = WholeTexts.of('SELECT * FROM texts', fields)
  const rows = file
    .prepare(texts?.sql ?? '')
    .raw(true)
    .all() as unknown[][]
  for (const row of rows) texts?.restore(row)
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  expect(rows).toEqual([
    [1, 'a\0b', null],
    [2, null, '\0'],
    [3, bytes('610062'), 'plain'],
    [4, 'plain', bytes('00')],
    [5, bytes('00'), 'c\0漢'],
    [6, null, null],
  ])
})
