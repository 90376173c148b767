import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PlannedStep } from '../../contracts/plan.js'
import type { Columns, Row } from '../../contracts/row.js'
import { readTable, writeTable } from './row-table.js'

const refuse = (record: number, reason: string) => new Error(`${record}: ${reason}`)

/** Exports some rows, edits the text, and imports it. */
async function edited(
  rows: readonly Row[],
  columns: Columns,
  edit: (text: string) => string | Uint8Array,
  { open = false, ending = 'csv' } = {},
): Promise<readonly (readonly [string, Row])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, `rows.${ending}`)
  const separator = ending === 'csv' ? ',' : '\t'
  const step = { id: 'review', columnsOut: { columns, open } } as unknown as PlannedStep
  const before = new Map(rows.map((row, index) => [`rows:${index}`, row]))
  async function* read() {
    for (const [id, row] of before) yield { id, row }
  }
  await writeTable(path, separator, step, read, (reason) => refuse(0, reason))
  writeFileSync(path, edit(readFileSync(path, 'utf8')))
  return (await Array.fromAsync(readTable(path, separator, step, before, refuse))).map(({ id, row }) => [id, row])
}

const values = [
  {},
  { a: null, b: '' },
  { a: undefined, b: 'a "quoted", text\r\nof\ttwo lines ' },
  { a: '00123', b: '=1+1' },
  { a: 0.1, b: Number.NaN },
  { a: -0, b: Number.NEGATIVE_INFINITY },
  { a: 12345678901234567890n, b: true },
  { a: new Date('2024-02-29T12:00:00.123Z'), b: new Date(Number.NaN) },
  { a: new Uint8Array([0, 255]), b: new Float32Array([0.5, 1]) },
  { a: { 'with, a comma': [1, null, '"'] }, b: [] },
  { a: 'ümlaut \u2028 🙂', b: '\ufeffmark' },
  { a: 'null', b: 'true' },
  { a: "'=1+1", b: '-5' },
  { a: '＝1', b: '\t=1' },
  JSON.parse('{"constructor":"c","__proto__":"p"}') as Row,
]

test.each(['csv', 'tsv'])('every value comes back from an unedited table (%s)', async (ending) => {
  const rows = await edited(values, {}, (text) => text, { open: true, ending })
  expect(rows).toEqual(values.map((row, index) => [`rows:${index}`, row]))
  expect(Object.is(rows[5]?.[1].a, -0)).toBe(true)
  expect(Object.keys(rows[0]?.[1] ?? {})).toEqual([])
})

const typed = {
  text: 'string',
  count: 'integer',
  amount: 'decimal',
  big: 'bigint',
  part: 'number',
  good: 'boolean',
  day: 'date',
  more: 'json',
} as const
const row = {
  text: 'a',
  count: 1,
  amount: '1.50',
  big: 1n,
  part: 0.5,
  good: true,
  day: new Date('2024-01-01T00:00:00.000Z'),
  more: { a: 1 },
}
const line = 'rows:0,a,1,1.50,1,0.5,true,2024-01-01T00:00:00.000Z,"{""a"":1}"'

test('edited cells have the types of their columns, and rows are added, moved, and removed', async () => {
  const rows = await edited([row, row, row], typed, (text) => {
    expect(text).toContain(`${line}\n`)
    const header = text.split('\n')[0] as string
    return `\ufeff${header}\r\nnew,007,2,2.50,90071992547409931,1e3,FALSE,2024-05-01,[1]\r\nrows:2,,,,,,,,\r\n${line}`
  })
  expect(rows).toEqual([
    [
      'new',
      {
        text: '007',
        count: 2,
        amount: '2.50',
        big: 90071992547409931n,
        part: 1000,
        good: false,
        day: new Date('2024-05-01'),
        more: [1],
      },
    ],
    ['rows:2', { text: null, count: null, amount: null, big: null, part: null, good: null, day: null, more: null }],
    ['rows:0', row],
  ])
})

test('a column whose type the plan does not know has that of the value before, or that of the others', async () => {
  const rows = await edited([{ n: 1 }, { n: null }], { n: 'unknown' }, (text) =>
    text.replace('rows:0,1', 'rows:0,7').replace('rows:1,', 'rows:1,8'),
  )
  expect(rows).toEqual([
    ['rows:0', { n: 7 }],
    ['rows:1', { n: 8 }],
  ])
})

test('a spreadsheet computes no text of a row, and gives it back as it was', async () => {
  const hostile = { '=h()': "=cmd|'/C calc'!A0", note: '@SUM(A1)', n: -5 }
  let shown = ''
  const rows = await edited(
    [hostile],
    {},
    (text) => {
      shown = text
      return text.replace('@SUM(A1)', '+49 151')
    },
    { open: true },
  )
  expect(shown.split('\n')[1]).toBe("rows:0,'=cmd|'/C calc'!A0,'@SUM(A1),-5")
  expect(shown).toMatch(/^_row_id,'=h\(\),note,n\n/)
  expect(rows).toEqual([['rows:0', { ...hostile, note: '+49 151' }]])
})

test('a column that was removed from the table keeps its values', async () => {
  expect(await edited([{ a: 1, b: 2n }], { a: 'number', b: 'bigint' }, () => '_row_id,a\nrows:0,3\n')).toEqual([
    ['rows:0', { a: 3, b: 2n }],
  ])
})

describe('a table is refused', () => {
  test.each([
    ['without ids', (text: string) => text.replace('_row_id', 'id'), /1: it has no column _row_id/],
    ['with other separators', (text: string) => text.replaceAll(',', ';'), /1: it has no column _row_id.* commas/],
    ['with a column of no row', (text: string) => text.replace('text', 'toString'), /1: review makes no column "toStr/],
    ['with a new column', (text: string) => text.replace('text', 'texts'), /1: review makes no column "texts"/],
    ['with a column twice', (text: string) => text.replace('count', 'text'), /1: the column "text" comes twice/],
    [
      'with a cell too many',
      (text: string) => `${text}x,${'1,'.repeat(9)}\n`,
      /3: it has 11 cells, and the header has 9/,
    ],
    ['with an empty id', (text: string) => text.replace('rows:0', ''), /2: its cell in _row_id is empty/],
    ['with an open quotation mark', (text: string) => text.replace('rows:0,a', 'rows:0,"a'), /2: its quotation marks/],
    ['with half a number', (text: string) => text.replace('a,1,', 'a,1.5,'), /2: the column "count" holds .*integer/],
    ['with a word for a number', (text: string) => text.replace('0.5', 'half'), /"part" holds .*number/],
    ['with hexadecimal digits', (text: string) => text.replace('0.5', '0x10'), /"part" holds .*number/],
    [
      'with a day that is none',
      (text: string) => text.replace('2024-01-01T00:00:00.000Z', '2024-02-31'),
      /"day" holds .*date/,
    ],
    ['with a time without a zone', (text: string) => text.replace('00:00.000Z', '00:00'), /"day" holds .*date/],
    ['with broken JSON', (text: string) => text.replace('{""a"":1}', '{""a"":'), /"more" holds .*json/],
    [
      'in another encoding',
      (text: string) => Buffer.from(text.replace('rows:0,a', 'rows:0,ä'), 'latin1'),
      /1: .*not text in UTF-8/,
    ],
  ])('%s', async (_, edit, message) => {
    await expect(edited([row], typed, edit)).rejects.toThrow(message)
  })

  test('if a column has values of several types and the plan knows none', async () => {
    const rows = [{ n: 1 }, { n: 'a' }, { n: null }]
    const change = edited(rows, { n: 'unknown' }, (text) => text.replace('rows:2,', 'rows:2,7'))
    await expect(change).rejects.toThrow(/4: .*"n" are of several types/)
  })

  test('if the rows have a column of the name of the ids', async () => {
    await expect(edited([{ _row_id: 1 }], {}, (text) => text, { open: true })).rejects.toThrow(
      /0: .*_row_id of their own/,
    )
  })
})
