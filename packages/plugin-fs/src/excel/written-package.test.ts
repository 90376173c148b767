import { posix } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import { temporaryProject } from '../__fixtures__/temporary-project.js'
import fs from '../index.js'
import type { FileSinkOptions } from '../options.js'
import { LocalFile } from '../places/local/local-file.js'
import { parseStrictly, type XmlElement } from './__fixtures__/strict-xml.js'
import { columnOf } from './cell-text.js'
import { ZipArchive } from './zip-archive.js'

const { path, project, write, copy } = temporaryProject()

/** The order of the elements in the schemas of ECMA-376, as far as a writer of rows may use them. */
const orders: Readonly<Record<string, readonly string[]>> = {
  worksheet: ['sheetPr', 'dimension', 'sheetViews', 'sheetFormatPr', 'cols', 'sheetData', 'autoFilter', 'mergeCells'],
  workbook: ['fileVersion', 'workbookPr', 'bookViews', 'sheets', 'definedNames', 'calcPr'],
  styleSheet: ['numFmts', 'fonts', 'fills', 'borders', 'cellStyleXfs', 'cellXfs', 'cellStyles', 'dxfs', 'tableStyles'],
  font: ['b', 'i', 'strike', 'color', 'sz', 'u', 'vertAlign', 'name', 'family', 'scheme'],
  border: ['left', 'right', 'top', 'bottom', 'diagonal'],
  sheetView: ['pane', 'selection'],
  c: ['f', 'v', 'is'],
}
const cellTypes = ['b', 'd', 'e', 'inlineStr', 'n', 's', 'str', undefined]

/** What a spreadsheet program would repair, or warn of, when it opens a workbook. */
async function faultsOf(file: string): Promise<readonly string[]> {
  const archive = await ZipArchive.open(new LocalFile(path(file)))
  const faults: string[] = []
  const demand = (isSound: boolean, fault: string) => void (isSound || faults.push(fault))
  const part = async (name: string) =>
    parseStrictly(Buffer.concat(await Array.fromAsync(archive.stream(name))).toString())
  const relationsOf = async (name: string) => {
    const { children } = await part(posix.join(posix.dirname(name), '_rels', `${posix.basename(name)}.rels`))
    const relations = children.map(({ attributes }) => ({
      id: attributes.Id ?? '',
      kind: posix.basename(attributes.Type ?? ''),
      target: posix.join(posix.dirname(name), attributes.Target ?? ''),
    }))
    demand(areDistinct(relations.map(({ id }) => id)), 'a relationship has the id of another one')
    for (const { target } of relations) demand(archive.has(target), `${target} is missing`)
    return relations
  }

  const types = await part('[Content_Types].xml')
  const declared = types.children.map(({ attributes }) =>
    (attributes.PartName ?? attributes.Extension ?? '').toLowerCase(),
  )
  demand(areDistinct(declared), 'a part has two types')
  const [main] = await relationsOf('')
  demand(main?.kind === 'officeDocument', 'no relationship leads to the workbook')
  const relations = await relationsOf(main?.target ?? '')
  for (const { target } of [{ target: main?.target ?? '' }, ...relations])
    demand(declared.includes(`/${target.toLowerCase()}`), `${target} has no type`)

  const workbook = await part(main?.target ?? '')
  const styles = await part(relations.find(({ kind }) => kind === 'styles')?.target ?? '')
  const list = childOf(workbook, 'sheets')
  const names = list.map(({ attributes }) => attributes.name ?? '')
  demand(names.length > 0, 'it has no sheet')
  demand(areDistinct(names.map((name) => name.toLowerCase())), 'two sheets have one name')
  demand(areDistinct(list.map(({ attributes }) => attributes.sheetId)), 'two sheets have one number')
  for (const name of names)
    demand(/^(?!history$|'|.*'$)[^\\/?*[\]:]{1,31}$/i.test(name), `no sheet can be named ${name}`)

  const formats = childOf(styles, 'cellXfs')
  const known = { numFmtId: childOf(styles, 'numFmts').map(({ attributes }) => attributes.numFmtId) }
  demand(
    areDistinct(known.numFmtId) && known.numFmtId.every((id) => Number(id) >= 164),
    'a format has a built-in number',
  )
  for (const { attributes } of formats) {
    for (const [key, container] of [
      ['fontId', 'fonts'],
      ['fillId', 'fills'],
      ['borderId', 'borders'],
      ['xfId', 'cellStyleXfs'],
    ] as const)
      demand(Number(attributes[key]) < childOf(styles, container).length, `a style has no ${key} ${attributes[key]}`)
    const id = attributes.numFmtId ?? ''
    demand(Number(id) < 164 || known.numFmtId.includes(id), `a style has no format ${id}`)
  }

  const sheets: XmlElement[] = []
  for (const { attributes } of list) {
    const relation = relations.find(({ id }) => id === attributes['r:id'])
    demand(relation?.kind === 'worksheet', `the sheet ${attributes.name} has no part`)
    if (relation === undefined) continue
    const sheet = await part(relation.target)
    sheets.push(sheet)
    let row = 0
    for (const one of childOf(sheet, 'sheetData')) {
      demand(
        Number(one.attributes.r) > row && Number(one.attributes.r) <= 1_048_576,
        'a row is not behind the one before',
      )
      row = Number(one.attributes.r)
      let column = -1
      for (const cell of one.children) {
        const { r: address = '', s: style = '0', t: type } = cell.attributes
        demand(address === `${address.replace(/\d+$/, '')}${row}`, `the cell ${address} is in row ${row}`)
        demand(
          columnOf(address) > column && columnOf(address) < 16_384,
          `the cell ${address} is not behind the one before`,
        )
        demand(cellTypes.includes(type), `the cell ${address} is of type ${type}`)
        demand(Number(style) < formats.length, `the cell ${address} has no style`)
        if (type === undefined)
          demand(Number.isFinite(Number(childText(cell, 'v') ?? 'none')), `${address} is no number`)
        column = columnOf(address)
      }
    }
    let end = 0
    for (const { attributes: range } of childOf(sheet, 'cols')) {
      demand(Number(range.min) > end && Number(range.max) >= Number(range.min), 'the widths of columns overlap')
      demand(Number(range.width) > 0 && Number(range.width) <= 255, `a column has the width ${range.width}`)
      end = Number(range.max)
    }
  }
  for (const root of [workbook, styles, ...sheets]) faults.push(...orderFaults(root))
  return faults
}

/** The elements that are not in the order of the schema, and the counts that are wrong. */
function orderFaults(element: XmlElement): readonly string[] {
  const order = orders[element.name]
  const places = element.children.map(({ name }) => order?.indexOf(name) ?? 0)
  const isSorted = places.every((place, index) => place >= Math.max(0, places[index - 1] ?? 0))
  const isOnce = order === undefined || areDistinct(places)
  const { count } = element.attributes
  return [
    ...(isSorted && isOnce ? [] : [`<${element.name}> has ${element.children.map(({ name }) => name).join(', ')}`]),
    ...(count === undefined || Number(count) === element.children.length ? [] : [`<${element.name}> counts ${count}`]),
    ...element.children.flatMap(orderFaults),
  ]
}

const areDistinct = (values: readonly unknown[]) => new Set(values).size === values.length
const childOf = ({ children }: XmlElement, name: string) => children.find((one) => one.name === name)?.children ?? []
const childText = ({ children }: XmlElement, name: string) => children.find((one) => one.name === name)?.text

const rows: readonly Row[] = [
  { 'a "b" <&>': ' \u0001 x_x0041_\r\n😀 ', n: -0, day: new Date('2026-01-02'), time: new Date(1e12 + 1), ok: true },
  { n: 1.5e300, big: 2n ** 70n, list: [1, { a: '</c>' }], bytes: new Uint8Array([1]), old: new Date(-4e12), ok: false },
  {},
  { n: 5e-324, late: ']]>' },
]
const texts = (count: number) => Array.from({ length: count }, (_, n): Row => ({ n, text: `row ${n}` }))

test.each<[string, readonly Row[], Partial<FileSinkOptions<Row>>]>([
  ['values of all types', rows, {}],
  ['no rows', [], {}],
  ['rows without columns', [{}, {}], {}],
  ['a sheet with a name of signs', rows, { sheet: '& <"数据"> 😀' }],
  [
    'one sheet for each value',
    texts(300).map((row) => ({ ...row, kind: `k&${Number(row.n) % 7}` })),
    { sheetBy: 'kind' },
  ],
  ['many columns', [Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`c${n}`, n]))], {}],
  ['more rows than are gathered at once', texts(3000), {}],
])('a workbook with %s is as the standard says', async (_, given, options) => {
  await project().run(
    pipeline('p')
      .from([...given])
      .write('fs.file', { path: 'out.xlsx', ...options }),
  )
  expect(await faultsOf('out.xlsx')).toEqual([])
})

test('names that no sheet can have are refused', async () => {
  write('in.jsonl', '{"kind":"History","n":1}\n{"kind":"a\\u0001","n":2}\n{"kind":"O\'Brien","n":3}\n')
  for (const sheet of ['history', 'a\u0001', "'a", "a'", "'", '😀'.repeat(16)])
    await expect(copy({ path: 'in.jsonl' }, { path: 'no.xlsx', sheet })).rejects.toThrow('sheet')
  const lenient = maestro({ plugins: [fs], directory: path('.'), logLevel: 'silent', run: { maxRejects: '100%' } })
  const report = await lenient.run(
    pipeline('p').read('fs.file', { path: 'in.jsonl' }).write('fs.file', { path: 'out.xlsx', sheetBy: 'kind' }),
  )
  expect(report.counts).toMatchObject({ rowsOut: 1, rejected: 2 })
  expect(await faultsOf('out.xlsx')).toEqual([])
})

test('a name that is too long for a cell is refused', async () => {
  write('in.jsonl', `{"${'n'.repeat(40_000)}":1}\n`)
  await expect(copy({ path: 'in.jsonl' }, { path: 'out.xlsx' })).rejects.toThrow('40000 characters')
})
