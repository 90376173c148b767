import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline, type Row, type RunReport } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { rejectsOf, temporaryProject } from './__fixtures__/temporary-project.js'

/* A value that a file cannot hold costs its own row, whatever the format and the mode, and the row is named. */

const { project, read, files } = temporaryProject()

const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

const unheld: Readonly<Record<string, unknown>> = {
  'a Map': new Map(),
  'a function in a list': [() => 1],
  '3,000 levels': nested(3000),
  '100,000 levels': nested(100_000),
  'an invalid date': new Date(Number.NaN),
}
const inJson: Readonly<Record<string, unknown>> = {
  'NaN in a list': [1, Number.NaN],
  'an infinity in an object': { a: Number.POSITIVE_INFINITY },
  'NaN in a vector of a list': [new Float32Array([Number.NaN])],
}
const modes = ['create', 'append', 'upsert'] as const

/** Writes rows around one with the value. With a mode, the output has rows already. */
async function writeAround(value: unknown, to: string, mode: (typeof modes)[number]): Promise<RunReport> {
  const write = (rows: readonly Row[], options: object) =>
    project().run(
      pipeline('w')
        .from(rows)
        .write('fs.file', { path: to, ...options }),
    )
  if (mode !== 'create') await write([{ id: 'a', v: 'x' }], {})
  const rows = [
    { id: 'b', v: 'y' },
    { id: 'c', v: value },
    { id: 'd', v: 'z' },
  ] as Row[]
  return write(rows, mode === 'create' ? {} : { mode, ...(mode === 'upsert' ? { key: 'id' } : {}) })
}

const places = [
  ...['jsonl', 'json', 'csv', 'parquet', 'arrow'].flatMap((ending) => modes.map((mode) => [ending, mode] as const)),
  ['xlsx', 'create'] as const,
]

describe.each(places)('%s, %s: only the row is rejected for', (ending, mode) => {
  // A column of Parquet and Arrow holds lists and objects of numbers, if it holds nothing else.
  const isTyped = ending === 'parquet' || ending === 'arrow'
  test.each(Object.entries(isTyped ? unheld : { ...unheld, ...inJson }))('%s', async (_, value) => {
    const report = await writeAround(value, `out.${ending}`, mode)
    expect(rejectsOf(report)).toEqual([['rows:2', expect.stringContaining('Column "v" holds a')]])
    const { rows } = await readBack(`out.${ending}`)
    expect(rows.map(({ id }) => id)).toEqual(mode === 'create' ? ['b', 'd'] : ['a', 'b', 'd'])
  })
})

const typedPlaces = ['parquet', 'arrow'].flatMap((ending) => modes.map((mode) => [ending, mode] as const))

describe.each(typedPlaces)(
  '%s, %s: in a column of several types, which is known last, only the row is rejected for',
  (ending, mode) => {
    test.each(Object.entries({ ...inJson, NaN: Number.NaN, '-Infinity': Number.NEGATIVE_INFINITY }))(
      '%s',
      async (_, value) => {
        const report = await writeAround(value, `out.${ending}`, mode)
        expect(rejectsOf(report)).toEqual([['rows:2', expect.stringContaining('Column "v" holds a')]])
        expect(report.counts).toMatchObject({ rejected: 1 })
        const { rows } = await readBack(`out.${ending}`)
        expect(rows.map(({ id }) => id)).toEqual(mode === 'create' ? ['b', 'd'] : ['a', 'b', 'd'])
        // Without the row, the column has one type.
        expect(rows.map(({ v }) => v)).toEqual(mode === 'create' ? ['y', 'z'] : ['x', 'y', 'z'])
        expect(files().toSorted()).toEqual(['back.jsonl', `out.${ending}`])
      },
    )
  },
)

describe.each(['parquet', 'arrow'])('%s', (ending) => {
  const write = (rows: readonly Row[], options: object = {}) =>
    project().run(
      pipeline('w')
        .from(rows)
        .write('fs.file', { path: `out.${ending}`, ...options }),
    )

  test('a part of nested values decides for itself', async () => {
    const rows = [{ v: { a: Number.NaN, b: [Number.NaN, 1] } }, { v: { a: 'x', b: [2] } }, { v: { a: 1, b: [2.5] } }]
    expect(rejectsOf(await write(rows))).toEqual([['rows:1', expect.stringContaining('holds a NaN')]])
    expect((await readBack(`out.${ending}`)).rows).toEqual(rows.slice(1))
  })

  test('each file of a partitioned output decides for itself', async () => {
    const rows = [
      { p: 'a', v: Number.NaN },
      { p: 'a', v: 1 },
      { p: 'b', v: Number.NaN },
      { p: 'b', v: 'x' },
    ]
    const report = await write(rows, { path: 'out', format: ending, partitionBy: ['p'] })
    expect(rejectsOf(report).map(([id]) => id)).toEqual(['rows:3'])
    expect(report.counts).toMatchObject({ rejected: 1 })
  })

  test('a row that a file of a partition refuses has the columns of the folder too', async () => {
    const at = new Date('2026-01-02T00:00:00Z')
    // Two values can have one name as a folder.
    const rows = [
      { p: 5, at, v: 'x' },
      { p: '5', at, v: Number.NaN },
      { p: 5, at: new Date(at), v: Number.NaN },
      { p: null, at, v: Number.NaN },
      { at, v: 'x' },
    ] as Row[]
    const report = await write(rows, { path: 'out', format: ending, partitionBy: ['p', 'at'] })
    expect(rejectedRows(report)).toEqual({
      'rows:2': { v: 'NaN', p: '5', at: at.toISOString() },
      'rows:3': { v: 'NaN', p: 5, at: at.toISOString() },
      'rows:4': { v: 'NaN', p: null, at: at.toISOString() },
    })
  })

  test('the rows of the existing file stay, so that rows cannot be added beside which it would not hold them', async () => {
    await write([{ v: Number.NaN }, { v: 1 }])
    const report = await write([{ v: 2.5 }, { v: 'x' }, { v: null }, { v: [1] }, { v: 2n ** 60n }, { v: 4 }], {
      mode: 'append',
    })
    expect(rejectsOf(report)).toEqual(
      ['rows:2', 'rows:4', 'rows:5'].map((id) => [id, expect.stringContaining('cannot stay')]),
    )
    expect(files()).toEqual([`out.${ending}`])
    const { rows } = await readBack(`out.${ending}`)
    // The JSON lines that are read back do not hold the NaN.
    expect(rows.map(({ v }) => v)).toEqual([1, 2.5, null, 4])
  })

  test('the same holds in a part of nested values, and new rows that fit each other do not count', async () => {
    await write([{ v: { a: Number.NaN, b: 'x' } }])
    const report = await write([{ v: { a: 'y', b: 'x' } }, { v: { a: 1, c: 2 } }, { v: 'no object' }], {
      mode: 'append',
    })
    expect(rejectsOf(report).map(([id]) => id)).toEqual(['rows:1', 'rows:3'])
  })

  test('an existing row comes back when the row that replaces it is refused', async () => {
    await write([
      { id: 1, v: Number.NaN },
      { id: 2, v: 1 },
    ])
    // The first row is NaN again only because its new value was refused beside the text.
    const rows = [
      { id: 1, v: Number.POSITIVE_INFINITY },
      { id: 2, v: 'x' },
      { id: 3, v: 3 },
    ] as Row[]
    const report = await write(rows, { mode: 'upsert', key: 'id' })
    expect(rejectsOf(report).map(([id]) => id)).toEqual(['rows:1', 'rows:2'])
    const all = await write(
      [1, 2, 3].map((id) => ({ id, v: 'z' })),
      { mode: 'upsert', key: 'id' },
    )
    expect(rejectsOf(all)).toEqual([])
  })
})

/** The rejected rows as a run shows them. */
function rejectedRows(report: RunReport): Record<string, unknown> {
  const text = readFileSync(join(report.directory ?? '', 'rejects.jsonl'), 'utf8').trim()
  return Object.fromEntries(text.split('\n').map((line) => [JSON.parse(line).id, JSON.parse(line).row]))
}

async function readBack(from: string): Promise<{ rows: Row[] }> {
  const found = pipeline('r').read('fs.file', { path: from })
  await project().run(found.write('fs.file', { path: 'back.jsonl' }))
  return {
    rows: read('back.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  }
}
