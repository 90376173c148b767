import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ColumnSet, LeftOutRows, TableCounts, TableFile, TableStatement } from '@maestro-dataflow/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DuckDBEngine } from '../duckdb-engine.js'

let folder = ''
const engine = new DuckDBEngine({ threads: 2 })
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-chain-'))
})
afterAll(async () => {
  await engine.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const known: ColumnSet = { columns: { n: 'integer', city: 'string', price: 'number' }, open: false }
const unknown: ColumnSet = { columns: {}, open: true }
const cities = ['Köln', '里昂', 'a"b', '', 'x\\y']
const rows = Array.from({ length: 60 }, (_, index) => {
  const city = JSON.stringify(cities[(index * 7) % cities.length])
  return `{"n":${(index * 13) % 17},"city":${index % 11 === 0 ? 'null' : city},  "price":${(index % 9) / 2}}`
})

function inputOf(format: TableFile['format'], lines = rows): readonly TableFile[] {
  const half = Math.floor(lines.length / 2)
  return [lines.slice(0, half), lines.slice(half)].map((part, file) => {
    const path = join(folder, `in-${format}-${file}`)
    const texts = part.map((row, index) =>
      format === 'rows' || row === '' ? row : `{"id":"k\\"${file}.${index}","row":${row}}`,
    )
    writeFileSync(path, `${texts.join('\n')}\n`)
    return { path, format, ...(format === 'rows' ? { idPrefix: `f${file}:` } : {}) }
  })
}

interface Outcome {
  readonly text: string
  readonly counts: readonly TableCounts[]
  readonly leftOut: readonly string[]
  readonly rejects: readonly string[]
  readonly first: readonly (readonly string[])[]
}

const listed = (ids: LeftOutRows['ids']) =>
  'numbers' in ids ? Array.from(ids.numbers, (number) => `${ids.prefix}${number}`) : ids

class Recorded {
  readonly leftOut: string[] = []
  readonly rejects: string[] = []
  readonly first: string[][] = []

  readonly receive = ({ ids, into, reason }: LeftOutRows, statement: number) => {
    const targets = into && listed(into)
    for (const [index, id] of listed(ids).entries())
      this.leftOut.push(`${statement} ${id} ${targets?.[index]} ${reason}`)
  }

  outcome(output: TableFile, counts: readonly TableCounts[]): Outcome {
    const { leftOut, rejects, first } = this
    return { text: readFileSync(output.path, 'utf8'), counts, leftOut: leftOut.sort(), rejects: rejects.sort(), first }
  }
}

const signal = new AbortController().signal

async function atOnce(
  statements: readonly TableStatement[],
  input: readonly TableFile[],
  format: TableFile['format'],
  columns: ColumnSet,
): Promise<Outcome> {
  const recorded = new Recorded()
  const output: TableFile = { path: join(folder, 'at-once'), format }
  const counts = await engine.executeChain({
    input,
    columns,
    statements,
    output,
    reject: ({ id }, statement) => recorded.rejects.push(`${statement} ${id}`),
    leftOut: recorded.receive,
    firstRows: { rows: 3, receive: (shown, statement) => (recorded.first[statement] = shown.map(({ id }) => id)) },
    signal,
    directory: folder,
  })
  return recorded.outcome(output, counts)
}

async function oneByOne(
  statements: readonly TableStatement[],
  input: readonly TableFile[],
  format: TableFile['format'],
  columns: ColumnSet,
): Promise<Outcome> {
  const recorded = new Recorded()
  const counts: TableCounts[] = []
  let files = input
  let current = columns
  let output: TableFile = { path: '', format }
  for (const [index, statement] of statements.entries()) {
    const isLast = index === statements.length - 1
    output = { path: join(folder, `step-${index}`), format: isLast ? format : 'step' }
    const done = await engine.execute({
      input: files,
      columns: current,
      statements: [statement],
      output,
      reject: ({ id }) => recorded.rejects.push(`${index} ${id}`),
      leftOut: (left) => recorded.receive(left, index),
      signal,
      directory: folder,
    })
    counts.push(done)
    const prepared = await engine.prepare([statement], current)
    if (prepared.columns !== undefined) current = { columns: prepared.columns, open: false }
    else current = { columns: { ...current.columns, ...prepared.adds }, open: current.open }
    files = [output]
    if (isLast) continue
    const ids = readFileSync(output.path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 3)
    recorded.first[index] = ids.map((line) => (JSON.parse(line) as { readonly id: string }).id)
  }
  return recorded.outcome(output, counts)
}

const filter: TableStatement = { kind: 'filter', where: 'price >= $least', params: { least: 1 } }
const sort: TableStatement = { kind: 'sort', by: [{ column: 'n', descending: true }, { column: 'city' }] }
const byCity: TableStatement = { kind: 'dedupe', by: ['city'], keep: 'last' }
const whole: TableStatement = { kind: 'dedupe', by: [], keep: 'first' }
const cut: TableStatement = { kind: 'limit', count: 20, offset: 3 }
const some: TableStatement = { kind: 'sample', seed: 7, fraction: 0.6 }
const each: TableStatement = { kind: 'sample', seed: 7, count: 2, by: ['city'] }
const groups: TableStatement = { kind: 'aggregate', by: ['city'], values: { n: 'count(*)', price: 'sum(price)' } }
const ranked: TableStatement = {
  kind: 'window',
  by: ['city'],
  orderBy: [{ column: 'price', descending: true }],
  values: { place: 'row_number()' },
}

const chains: readonly [string, readonly TableStatement[]][] = [
  ['a filter and a filter', [filter, { kind: 'filter', where: 'n < 9' }]],
  ['a filter, a dedupe, and a limit', [filter, byCity, cut]],
  ['a dedupe of whole rows and a sample', [whole, some]],
  ['a sort and a limit', [sort, cut]],
  ['a limit, a sort, a dedupe, and a sample of each group', [cut, sort, byCity, each]],
  ['a sample, an aggregate, a filter of groups, and a sort', [some, groups, { kind: 'filter', where: 'n > 1' }, sort]],
  ['a filter and an aggregate', [filter, groups]],
  ['two aggregates', [groups, { kind: 'aggregate', by: ['n'], values: { most: 'max(price)' } }]],
  ['a window, a filter of its column, and a sort', [sort, ranked, { kind: 'filter', where: 'place <= 2' }, sort]],
  ['a filter that leaves nothing, and an aggregate', [{ kind: 'filter', where: 'price > 99' }, groups, sort]],
  ['a sort behind a sort', [sort, { kind: 'sort', by: [{ column: 'price' }] }, whole]],
]

const inputs = [
  ['rows', known],
  ['step', unknown],
] as const

for (const [index, [what, statements]] of chains.entries())
  test(`${what} make the same rows, counts, and records at once as one by one`, async () => {
    const [format, columns] = inputs[index % 2] ?? inputs[0]
    const input = inputOf(format)
    // Statements that run one by one would need this name for a file.
    mkdirSync(join(folder, 'at-once.0'))
    const found = await atOnce(statements, input, 'step', columns)
    rmSync(join(folder, 'at-once.0'), { recursive: true })
    expect(found).toEqual(await oneByOne(statements, input, 'step', columns))
  })

test('lines go from a file to a file as they are, and blank lines count for their numbers', async () => {
  const input = inputOf('rows', [...rows.slice(0, 5), '', ...rows.slice(5, 20), '', ''])
  for (const statements of [
    [filter, byCity],
    [sort, cut],
    [whole, some],
  ]) {
    const done = await atOnce(statements, input, 'rows', known)
    expect(done).toEqual(await oneByOne(statements, input, 'rows', known))
    for (const line of done.text.trimEnd().split('\n')) expect(rows).toContain(line)
  }
})

test('a row that does not fit is rejected by the statement that met it, and only there', async () => {
  const input = inputOf('rows', [
    ...rows.slice(0, 10),
    '{"n":"no number","city":"x","price":1}',
    'broken',
    ...rows.slice(10),
  ])
  const found = await atOnce([filter, byCity, sort], input, 'step', known)
  expect(found).toEqual(await oneByOne([filter, byCity, sort], input, 'step', known))
  expect(found.rejects).toEqual(['0 f0:11', '0 f0:12'])

  const late: readonly TableStatement[] = [
    cut,
    { kind: 'filter', where: "CAST(city AS INTEGER) > 0 OR city = 'Köln'" },
    groups,
  ]
  const failing = await atOnce(late, inputOf('step'), 'step', known)
  expect(failing).toEqual(await oneByOne(late, inputOf('step'), 'step', known))
  expect(failing.counts[1]?.rejected).toBeGreaterThan(0)
  expect(failing.rejects.every((one) => one.startsWith('1 '))).toBe(true)
})

test('no file with the rows between two statements stays', async () => {
  const directory = mkdtempSync(join(folder, 'own-'))
  const request = {
    columns: known,
    output: { path: join(directory, 'out'), format: 'step' as const },
    reject: () => undefined,
    signal,
    directory,
  }
  await engine.executeChain({ ...request, input: inputOf('step'), statements: [filter, sort, cut] })
  expect(readdirSync(directory)).toEqual(['out'])
  await engine.executeChain({
    ...request,
    input: inputOf('rows', ['{"n":1}', 'broken']),
    statements: [cut, whole, sort],
  })
  expect(readdirSync(directory)).toEqual(['out'])
})
