import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ColumnSet, LeftOutRows, TableFile, TableStatement } from '@maestro-dataflow/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DuckDBEngine } from './engine/duckdb-engine.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const known: ColumnSet = { columns: { n: 'integer', city: 'string' }, open: false }
const unknown: ColumnSet = { columns: {}, open: true }
/** The second line is blank: ids are line numbers. */
const lines = [
  '{"n":1,"city":"Köln"}',
  '',
  '{"n":2,"city":"里昂"}',
  '{"n":1,"city":"Köln"}',
  '{"n":3,"city":"Köln"}',
  '{"n":2,"city":"里昂"}',
  '{"n":null,"city":"x"}',
]

function file(name: string, texts: readonly string[], format: TableFile['format'] = 'rows'): TableFile {
  const path = join(folder, name)
  writeFileSync(path, `${texts.join('\n')}\n`)
  return { path, format, ...(format === 'rows' ? { idPrefix: `${name}:` } : {}) }
}

const steps = () =>
  file(
    's',
    lines.flatMap((row, index) => (row === '' ? [] : [`{"id":"k\\"${index}","row":${row}}`])),
    'step',
  )

const listed = (ids: LeftOutRows['ids']): readonly string[] =>
  'numbers' in ids ? Array.from(ids.numbers, (number) => `${ids.prefix}${number}`) : ids

async function leftOutBy(
  statement: TableStatement,
  input: readonly TableFile[],
  format: TableFile['format'],
  columns: ColumnSet = known,
) {
  const rows: [string, string | undefined][] = []
  const reasons = new Set<string | undefined>()
  const engine = new DuckDBEngine({ threads: 2 })
  try {
    const counts = await engine.execute({
      input,
      columns,
      statements: [statement],
      output: { path: join(folder, 'out'), format },
      reject: () => undefined,
      leftOut: ({ ids, into, reason }: LeftOutRows) => {
        const targets = into && listed(into)
        for (const [index, id] of listed(ids).entries()) rows.push([id, targets?.[index]])
        reasons.add(reason)
      },
      signal: new AbortController().signal,
      directory: folder,
    })
    expect(rows).toHaveLength(counts.dropped + counts.merged)
    return { rows, reasons: [...reasons] }
  } finally {
    await engine.dispose()
  }
}

const ids = ({ rows }: Awaited<ReturnType<typeof leftOutBy>>) => rows.map(([id]) => id)

describe.each(['rows', 'step'] as const)('from lines to %s', (format) => {
  test('a dedupe names the row that it kept', async () => {
    const by: TableStatement = { kind: 'dedupe', by: ['n'], keep: 'first' }
    const { rows } = await leftOutBy(by, [file('a', lines)], format)
    expect(rows).toEqual([
      ['a:4', 'a:1'],
      ['a:6', 'a:3'],
    ])
    const last = await leftOutBy({ ...by, keep: 'last' }, [file('a', lines)], format)
    expect(last.rows).toEqual([
      ['a:1', 'a:4'],
      ['a:3', 'a:6'],
    ])
  })

  test('a dedupe of whole rows, of several columns, and over columns that the plan does not know', async () => {
    const whole = await leftOutBy({ kind: 'dedupe', by: [], keep: 'first' }, [file('a', lines)], format, unknown)
    expect(ids(whole)).toEqual(['a:4', 'a:6'])
    const both = await leftOutBy(
      { kind: 'dedupe', by: ['city', 'n'], keep: 'first' },
      [file('a', lines)],
      format,
      unknown,
    )
    expect(ids(both)).toEqual(['a:4', 'a:6'])
    const city = await leftOutBy({ kind: 'dedupe', by: ['city'], keep: 'first' }, [file('a', lines)], format, unknown)
    expect(city.rows).toEqual([
      ['a:4', 'a:1'],
      ['a:5', 'a:1'],
      ['a:6', 'a:3'],
    ])
  })

  test('a filter, with its expression; a row for which it is neither true nor false is dropped', async () => {
    const where = 'n > $least'
    const found = await leftOutBy({ kind: 'filter', where, params: { least: 1 } }, [file('a', lines)], format)
    expect(ids(found)).toEqual(['a:1', 'a:4', 'a:7'])
    expect(found.reasons).toEqual(['not n > $least'])
  })

  test('a limit with an offset, and a sample', async () => {
    const limited = await leftOutBy({ kind: 'limit', count: 2, offset: 1 }, [file('a', lines)], format)
    expect(ids(limited)).toEqual(['a:1', 'a:5', 'a:6', 'a:7'])
    expect(ids(await leftOutBy({ kind: 'sample', seed: 1, count: 2 }, [file('a', lines)], format))).toHaveLength(4)
    await leftOutBy({ kind: 'sample', seed: 1, fraction: 0.5 }, [file('a', lines)], format)
  })

  test('the rows of several files', async () => {
    const found = await leftOutBy(
      { kind: 'dedupe', by: ['n'], keep: 'first' },
      [file('a', lines), file("b'", lines)],
      format,
    )
    expect(found.rows.slice(1, 4)).toEqual([
      ['a:6', 'a:3'],
      ["b':1", 'a:1'],
      ["b':3", 'a:3'],
    ])
  })

  test('beside a line that is not a row', async () => {
    const found = await leftOutBy({ kind: 'filter', where: 'n > 1' }, [file('a', ['broken', ...lines])], format)
    expect(ids(found)).toEqual(['a:2', 'a:5', 'a:8'])
  })
})

test('from a step file, by the ids in it', async () => {
  const found = await leftOutBy({ kind: 'dedupe', by: ['n'], keep: 'first' }, [steps()], 'step')
  expect(found.rows).toEqual([
    ['k"3', 'k"0'],
    ['k"5', 'k"2'],
  ])
  expect(ids(await leftOutBy({ kind: 'filter', where: 'n > 1' }, [steps()], 'step'))).toEqual(['k"0', 'k"3', 'k"6'])
})

test('a sort leaves nothing out', async () => {
  expect(ids(await leftOutBy({ kind: 'sort', by: [{ column: 'n' }] }, [file('a', lines)], 'rows'))).toEqual([])
})

test('a filter whose result varies reports exactly the rows that it did not write', async () => {
  const rows = Array.from({ length: 200 }, (_, n) => `{"n":${n},"city":"x"}`)
  const { rows: found } = await leftOutBy({ kind: 'filter', where: 'random() < 0.5' }, [file('a', rows)], 'step')
  const written = readFileSync(join(folder, 'out'), 'utf8').trim().split('\n')
  const kept = written.map((line) => (JSON.parse(line) as { readonly id: string }).id)
  expect([...kept, ...found.map(([id]) => id)].sort()).toEqual(rows.map((_, index) => `a:${index + 1}`).sort())
})

test('a carriage return within a line does not make two rows of it', async () => {
  const rejected: string[] = []
  const engine = new DuckDBEngine()
  const counts = await engine.execute({
    input: [file('a', ['{"n":1}\r{"n":2}', '{"n":3}', '{"n":4,\r"city":"x"}'])],
    columns: known,
    statements: [{ kind: 'filter', where: 'n > 0' }],
    output: { path: join(folder, 'out'), format: 'rows' },
    reject: ({ id }) => rejected.push(id),
    signal: new AbortController().signal,
    directory: folder,
  })
  await engine.dispose()
  expect(rejected).toEqual(['a:1'])
  expect(counts).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1, dropped: 0 })
  expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('{"n":3}\n{"n":4,"city":"x"}\n')
})
