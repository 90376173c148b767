import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import fs from '../index.js'
import { LocalFile } from '../places/local/local-file.js'
import { ZipArchive } from './zip-archive.js'
import { ZipWriter } from './zip-writer.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-excel-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = () => maestro({ plugins: [fs], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })
async function read(path: string, more: object = {}) {
  const shown = await project().preview(pipeline('p').read('fs.file', { path, ...more }), 1e5)
  return {
    rows: shown.steps.at(-1)?.rows.map(({ row }) => row) ?? [],
    ids: shown.steps.at(-1)?.rows.map(({ id }) => id) ?? [],
    rejects: shown.rejects.map(({ error }) => error.message),
  }
}
const write = (rows: readonly Row[], more: object = {}) =>
  project().run(
    pipeline('p')
      .from(rows)
      .map((row) => ({ ...row }) as Row)
      .write('fs.file', { path: 'out.xlsx', ...more }),
  )

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook with these sheets, as other programs write it: with shared texts and styles. */
async function workbook(name: string, sheets: Readonly<Record<string, string>>, settings = ''): Promise<string> {
  const zip = await ZipWriter.create(join(folder, name))
  const names = Object.keys(sheets)
  const list = names.map((sheet, index) => `<sheet name="${sheet}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`
  const links = names.map((_, index) => relation(`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`))
  await zip.add('xl/workbook.xml', [
    `<workbook ${main} xmlns:r="${office}">${settings}<sheets>${list.join('')}</sheets></workbook>`,
  ])
  await zip.add('xl/_rels/workbook.xml.rels', [
    `<Relationships>${links.join('')}${relation('s', 'sharedStrings', 'sharedStrings.xml')}${relation('f', 'styles', '/xl/styles.xml')}</Relationships>`,
  ])
  await zip.add('xl/sharedStrings.xml', [
    `<sst ${main}><si><t>id</t></si><si><r><t>rich </t></r><r><t xml:space="preserve"> &amp; 富</t></r><rPh><t>kana</t></rPh></si></sst>`,
  ])
  await zip.add('xl/styles.xml', [
    `<styleSheet ${main}><numFmts><numFmt numFmtId="170" formatCode="[h]:mm"/><numFmt numFmtId="171" formatCode="0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`,
  ])
  for (const [index, cells] of Object.values(sheets).entries())
    await zip.add(`xl/worksheets/sheet${index + 1}.xml`, [
      `<x:worksheet xmlns:x="m"><x:sheetData>${cells}</x:sheetData></x:worksheet>`,
    ])
  await zip.finish()
  await zip.close()
  return name
}

describe('reading', () => {
  const header = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>值</t></is></c></row>'
  const row = (number: number, cells: string) => `<row r="${number}">${cells}</row>`
  const cell = (address: string, value: string, more = '') => `<c r="${address}" ${more}><v>${value}</v></c>`

  test('cells have their types: shared and rich texts, numbers, booleans, dates, durations', async () => {
    const values = [
      ['1', 't="s"'],
      ['0.1', ''],
      ['1', 't="b"'],
      ['45000', 's="1"'],
      ['1.25', 's="2"'],
      ['2', 's="3"'],
      ['a_x0001_b', 't="str"'],
      ['2026-01-02T03:04:05', 't="d"'],
    ] as const
    const rows = values.map(([value, more], index) => row(index + 2, cell(`B${index + 2}`, value, more)))
    const { rows: read_, ids } = await read(await workbook('a.xlsx', { one: header + rows.join('') }))
    expect(read_.map(({ 值: value }) => value)).toEqual([
      'rich  & 富',
      0.1,
      true,
      new Date('2023-03-15'),
      '30:00:00',
      2,
      'a\u0001b',
      new Date('2026-01-02T03:04:05Z'),
    ])
    expect(read_[0]).toEqual({ id: null, 值: 'rich  & 富' })
    expect(ids[0]).toBe('a.xlsx:2')
  })

  test('dates follow the system of the workbook; the day that never was is refused', async () => {
    const days = ['1', '59', '60', '61', '0.5'].map((day, index) => row(index + 2, cell(`B${index + 2}`, day, 's="1"')))
    const old = await read(await workbook('a.xlsx', { one: header + days.join('') }))
    expect(old.rows.map(({ 值: value }) => value)).toEqual(
      ['1900-01-01', '1900-02-28', '1900-03-01', '1899-12-31T12:00:00Z'].map((day) => new Date(day)),
    )
    expect(old.rejects).toEqual([expect.stringContaining('the cell B4 is the day 60, which does not exist')])
    const mac = await read(await workbook('b.xlsx', { one: header + days.join('') }, '<workbookPr date1904="1"/>'))
    expect(mac.rows[0]?.值).toEqual(new Date('1904-01-02'))
  })

  test('an error, a formula without a result, and a cell beyond the header reject their rows', async () => {
    const bad = [
      row(2, cell('B2', '#N/A', 't="e"')),
      row(3, '<c r="B3"><f>1+1</f></c>'),
      row(4, cell('D4', '1')),
      row(5, '<c r="B5"><f>1+1</f><v>2</v></c>'),
    ]
    const name = await workbook('a.xlsx', { one: header + bad.join('') })
    const { rows, rejects } = await read(name)
    expect(rows).toEqual([{ id: null, 值: 2 }])
    expect(rejects[0]).toContain('the cell B2 is #N/A')
    expect(rejects[1]).toContain('the cell B3 has a formula whose result is not stored')
    expect(rejects[2]).toContain('column D has a value and no name in the header')
    expect((await read(name, { cellErrors: 'null', columns: ['值'] })).rows[0]).toEqual({ 值: null })
  })

  test('a cell whose value is none of its type rejects its row, and a time of day is a text', async () => {
    const values = [
      ['999', 't="s"', 'refers to a text that the workbook does not hold'],
      ['2', 't="b"', 'is neither true nor false'],
      ['soon', 't="d"', 'is soon, which is no date'],
      ['1e999', '', 'is not a number'],
      ['0x10', '', 'is not a number'],
      ['1,5', '', 'is not a number'],
    ] as const
    const rows = values.map(([value, more], index) => row(index + 2, cell(`B${index + 2}`, value, more)))
    const good = row(9, cell('B9', '12:30:00', 't="d"'))
    const { rows: found, rejects } = await read(await workbook('a.xlsx', { one: header + rows.join('') + good }))
    expect(rejects).toEqual(values.map(([, , reason]) => expect.stringContaining(reason)))
    expect(found).toEqual([{ id: null, 值: '12:30:00' }])
  })

  test('a range of merged cells fills the columns that have names, however far it reaches', async () => {
    const cells = row(2, cell('A2', '5')) + row(4, cell('B4', '6')) + row(3, cell('B3', '7'))
    const merged = '</x:sheetData><x:mergeCells><x:mergeCell ref="A2:XFD1048576"/></x:mergeCells><x:sheetData>'
    const name = await workbook('a.xlsx', { one: header + cells + merged })
    const { rows, rejects } = await read(name, { mergedCells: 'fill' })
    expect(rejects).toEqual([])
    expect(rows).toEqual([
      { id: 5, 值: 5 },
      { id: 5, 值: 5 },
      { id: 5, 值: 5 },
    ])
  })

  test.each([
    ['B:A', [9, 9], [9, 9], [9, 9]],
    ['B:B', [9, 8], [5, 8], [null, 8]],
    ['2:2', [9, 8], [5, 5], [null, 7]],
    ['$A$2:$A$3', [9, 8], [5, 6], [5, 7]],
    ['A3:A2', [9, 8], [5, 6], [5, 7]],
    ['A2', [9, 8], [5, 6], [null, 7]],
  ])('merged cells in the range %s', async (range, ...expected) => {
    const cells = row(1, cell('A1', '9') + cell('B1', '8')) + row(2, cell('A2', '5') + cell('B2', '6'))
    const merged = `</x:sheetData><x:mergeCells><x:mergeCell ref="${range}"/></x:mergeCells><x:sheetData>`
    const name = await workbook('a.xlsx', { one: cells + row(3, cell('B3', '7')) + merged })
    const { rows, rejects } = await read(name, { mergedCells: 'fill', header: ['x', 'y'] })
    expect(rejects).toEqual([])
    expect(rows.map(({ x, y }) => [x, y])).toEqual(expected)
  })

  test('a workbook of another kind is named as such', async () => {
    const kinds = [
      ['xl/workbook.bin', '\u0001\u0002', 'a binary workbook, .xlsb'],
      ['word/document.xml', '<document/>', 'it is no .xlsx file'],
      ['xl/workbook.xml', '<workbook><sheets/></workbook>', 'it has no sheet with cells'],
    ] as const
    for (const [index, [part, content, reason]] of kinds.entries()) {
      const zip = await ZipWriter.create(join(folder, `${index}.xlsx`))
      await zip.add('_rels/.rels', [
        `<Relationships><Relationship Id="a" Type="${office}/officeDocument" Target="${part}"/></Relationships>`,
      ])
      await zip.add(part, [content])
      await zip.finish()
      await zip.close()
      await expect(read(`${index}.xlsx`)).rejects.toThrow(reason)
    }
  })

  test('merged cells, several sheets, and titles above the header', async () => {
    const merged = `${row(1, cell('A1', '9'))}${row(3, '<c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c>')}${row(4, cell('A4', '5'))}${row(5, cell('B5', '6'))}</x:sheetData><x:mergeCells><x:mergeCell ref="A4:A5"/></x:mergeCells><x:sheetData>`
    const name = await workbook('a.xlsx', { 甲: merged, 乙: header + row(2, cell('A2', '1')) })
    const title = 'rich  & 富'
    expect((await read(name, { headerRow: 2, mergedCells: 'fill' })).rows).toEqual([
      { id: 5, [title]: null },
      { id: 5, [title]: 6 },
    ])
    expect((await read(name, { sheet: '乙' })).rows).toEqual([{ id: 1, 值: null }])
    expect((await read(name, { sheet: 2, header: ['x', 'y'] })).rows[1]).toEqual({ x: 1, y: null })
    const all = await workbook('b.xlsx', { 甲: header + row(2, cell('A2', '1')), 乙: header + row(2, cell('B2', '2')) })
    expect((await read(all, { sheet: '*' })).ids).toEqual(['b.xlsx:甲!2', 'b.xlsx:乙!2'])
    await expect(read(name, { sheet: '丙' })).rejects.toThrow(/has no sheet "丙". It has "甲", "乙"/)
  })

  test('of two header rows, one is chosen or the names are given, and no row of data is lost', async () => {
    const rows = [
      row(1, '<c r="A1" t="inlineStr"><is><t>2026</t></is></c>'),
      row(2, '<c r="A2" t="inlineStr"><is><t>first</t></is></c><c r="B2" t="inlineStr"><is><t>second</t></is></c>'),
      row(3, cell('A3', '1') + cell('B3', '2')),
    ]
    const merged = '</x:sheetData><x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells><x:sheetData>'
    const name = await workbook('a.xlsx', { one: rows.join('') + merged })
    expect((await read(name, { headerRow: 2 })).rows).toEqual([{ first: 1, second: 2 }])
    // The first row names one column, so that the cells beyond it are not lost in silence.
    const { rows: found, rejects } = await read(name)
    expect(found).toEqual([])
    expect(rejects).toEqual([expect.stringContaining('column B'), expect.stringContaining('column B')])
    const filled = await read(name, { mergedCells: 'fill' }).catch((error: Error) => error.message)
    expect(JSON.stringify(filled)).toContain('2026')
  })

  test('a bomb, a cut file, a password, and a file of another kind are clear errors', async () => {
    const name = await workbook('a.xlsx', { one: header })
    const whole = readFileSync(join(folder, name))
    const reasonOf = (bytes: Uint8Array) => {
      writeFileSync(join(folder, 'bad.xlsx'), bytes)
      return read('bad.xlsx').then(
        () => 'rows',
        (error: Error) => error.message,
      )
    }
    expect(await reasonOf(whole.subarray(0, whole.length - 30))).toContain('it is cut off')
    expect(await reasonOf(Buffer.from('a,b\n1,2\n'.repeat(9)))).toContain('it is no .xlsx file')
    expect(await reasonOf(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(99)]))).toContain(
      'password',
    )
    const zip = await ZipWriter.create(join(folder, 'bomb.xlsx'))
    const blank = ' '.repeat(1 << 20)
    await zip.add(
      'xl/workbook.xml',
      (function* () {
        for (let megabytes = 0; megabytes < 120; megabytes++) yield blank
      })(),
    )
    await zip.finish()
    await zip.close()
    await expect(read('bomb.xlsx')).rejects.toThrow(/would take 126 MB/)
    // A part must not be larger than its announced size.
    const lying = Buffer.from(whole)
    const entry = lying.indexOf(Buffer.from('504b0102', 'hex'))
    lying.writeUInt32LE(10, entry + 24)
    expect(await reasonOf(lying)).toContain('is larger than it says')
    const doctype = await ZipWriter.create(join(folder, 'type.xlsx'))
    await doctype.add('xl/workbook.xml', ['<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'])
    await doctype.finish()
    await doctype.close()
    await expect(read('type.xlsx')).rejects.toThrow(/document type/)
  })
})

describe('writing', () => {
  test('a value in a column without a name is refused, because no reader would find it', async () => {
    const { counts } = await write([{ '': 1, a: 2 }, { a: 3 }])
    expect(counts).toMatchObject({ rowsOut: 1, rejected: 1 })
    expect((await read('out.xlsx')).rows).toEqual([{ a: 3 }])
  })

  test('a row without values stays a row', async () => {
    const rows = [
      { a: null, b: null },
      { a: null, b: 1 },
      { a: '', b: null },
    ]
    await write(rows)
    expect((await read('out.xlsx')).rows).toEqual(rows.map(({ b }) => ({ a: null, b })))
  })

  test('values that a cell can hold return unchanged, and others return as text', async () => {
    const rows = [
      {
        id: '00123',
        名: ' 你好\u0001<&>"_x000A_\r\n',
        n: 0.1,
        day: new Date('2026-01-02'),
        time: new Date(1e12 + 1),
        ok: true,
      },
      {
        id: '=1+1',
        n: -1e300,
        big: 2n ** 70n,
        list: [1, { a: 2n ** 60n }],
        bytes: new Uint8Array([1]),
        old: new Date(-4e12),
      },
    ]
    await write(rows, { sheet: '数据' })
    const back = await read('out.xlsx', { sheet: '数据' })
    expect(back.rows[0]).toMatchObject(rows[0] as object)
    expect(back.rows[1]).toMatchObject({
      id: '=1+1',
      n: -1e300,
      big: '1180591620717411303424',
      list: '[1,{"a":1152921504606846976}]',
      bytes: 'AQ==',
      old: '1843-03-31T16:53:20.000Z',
    })
  })

  test('a row with a value that no cell holds is rejected; an empty table has a header', async () => {
    const report = await write([{ a: Number.NaN }, { a: 'x'.repeat(40_000) }, { a: 1 }])
    expect(report.counts.rejected).toBe(2)
    expect((await read('out.xlsx')).rows).toEqual([{ a: 1 }])
  })

  test('rows go to sheets by the value of a column, and come back', async () => {
    const rows: Row[] = [
      { team: 'A', n: 1 },
      { team: 'b', n: 2 },
      { team: 'a', n: 3 },
      { team: null, n: 4 },
      { team: 'no/name', n: 5 },
      { team: 2026, n: 6 },
    ]
    const report = await write(rows, { sheetBy: 'team', sheet: 'Others' })
    expect(report.counts.rejected).toBe(1)
    expect((await read('out.xlsx', { sheet: 'A' })).rows).toEqual([rows[0], rows[2]])
    expect((await read('out.xlsx', { sheet: 'Others' })).rows).toEqual([rows[3]])
    expect((await read('out.xlsx', { sheet: '2026' })).rows).toEqual([rows[5]])
    expect((await read('out.xlsx', { sheet: '*' })).ids).toEqual([
      'out.xlsx:A!2',
      'out.xlsx:A!3',
      'out.xlsx:b!2',
      'out.xlsx:Others!2',
      'out.xlsx:2026!2',
    ])
  })

  test('the header stays in sight, and each column is as wide as its values', async () => {
    await write([{ id: 1, text: 'x'.repeat(30), 很长的名字: '你好你好你好' }])
    const archive = await ZipArchive.open(new LocalFile(join(folder, 'out.xlsx')))
    const sheet = Buffer.concat(await Array.fromAsync(archive.stream('xl/worksheets/sheet1.xml'))).toString()
    expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
    // A Chinese character is as wide as two letters.
    expect([...sheet.matchAll(/<col [^>]*width="(\d+)"/g)].map(([, width]) => Number(width))).toEqual([8, 32, 14])
  })

  test('the same rows give the same file', async () => {
    await write([{ a: 1 }])
    const first = readFileSync(join(folder, 'out.xlsx'))
    await write([{ a: 1 }], { mode: 'overwrite' })
    expect(readFileSync(join(folder, 'out.xlsx')).equals(first)).toBe(true)
  })
})

test('declared columns read the texts of cells as those of CSV', async () => {
  const row = {
    list: [1, { a: '二' }],
    vector: new Float32Array([0.5, 1]),
    bytes: new Uint8Array([1, 2]),
    big: 2n ** 70n,
    decimal: '0.10',
    old: new Date('1800-01-01T00:00:00Z'),
    text: '5',
  }
  await write([row])
  const columns = { list: 'json', vector: 'vector', bytes: 'bytes', big: 'bigint', decimal: 'decimal', old: 'date' }
  expect((await read('out.xlsx', { columns: { ...columns, text: 'integer' } })).rows).toEqual([{ ...row, text: 5 }])
  const { rows, rejects } = await read('out.xlsx', { columns: { ...columns, decimal: 'integer' } })
  expect(rows).toEqual([])
  expect(rejects).toEqual([expect.stringContaining('column "decimal": "0.10" is not of type integer')])
})
