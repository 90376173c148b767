import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ColumnType, MaestroError, pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { shown } from './values/shown.js'
import { bigints, halves, jsonValues, names, numbers, words } from './values/values.js'

// A value of any type is read from a file as it was written, or its row is refused: no value is changed silently.

const directory = mkdtempSync(join(tmpdir(), 'maestro-round-trips-'))
const project = maestro({ plugins: [fs], directory, run: { maxRejects: '100%' }, logLevel: 'silent' })
afterAll(async () => {
  await project.dispose()
  rmSync(directory, { recursive: true, force: true })
})

const seed = Number(process.env.VALUE_SEED ?? 1)
const numRuns = Number(process.env.VALUE_RUNS ?? 12)

const texts = fc.oneof(
  words,
  halves,
  fc.constantFrom('a,b', 'a\tb', '"', '""', 'x\r\ny', '\r', ' x ', '\ufeff', '\ufeffa', '=1'),
)
const numbersOfAnyKind = fc.oneof(
  numbers,
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)

/** A type cannot be declared for a column of this name. */
const declarable = names.filter((name) => name !== '__proto__')

/** By type, a value that every format holds, and values that only some do. */
const types: Readonly<Record<Exclude<ColumnType, 'unknown'>, readonly [unknown, fc.Arbitrary<unknown>]>> = {
  string: ['a', texts],
  number: [1, numbersOfAnyKind],
  integer: [1, fc.oneof(fc.integer({ min: -3, max: 12 }), fc.maxSafeInteger()).map((n) => n + 0)],
  bigint: [1n, bigints],
  decimal: ['1', fc.oneof(fc.constantFrom('0.10', '-1.5e10', '+7', '00', '1.', '.5'), bigints.map(String))],
  boolean: [true, fc.boolean()],
  date: [
    new Date(0),
    fc.oneof(
      fc.date({ noInvalidDate: true, min: new Date('0001-01-01Z'), max: new Date('9999-12-31Z') }),
      fc.date({ noInvalidDate: true }),
      fc.constant(new Date(Number.NaN)),
    ),
  ],
  json: [[1], jsonValues.filter((value) => typeof value === 'object' && value !== null)],
  bytes: [new Uint8Array([1]), fc.uint8Array({ maxLength: 5 })],
  vector: [new Float32Array([1]), fc.float32Array({ maxLength: 3 })],
}

let files = 0

/** Writes rows to a file and reads them again. @returns the rows that were not refused, and what they became */
async function roundTrip(rows: readonly Row[], ending: string, source: object) {
  const path = `${files++}.${ending}`
  const report = await project.run(pipeline('write').from(rows).write('fs.file', { path }))
  const rejects =
    report.counts.rejected === 0 ? '' : readFileSync(join(report.directory ?? '', 'rejects.jsonl'), 'utf8')
  const refused = new Set(
    rejects
      .split('\n')
      .slice(0, -1)
      .map((line) => String(JSON.parse(line).id)),
  )
  const read = pipeline('read').read('fs.file', { path, ...source } as never)
  const back: Row[] = await Array.fromAsync(project.rows(read))
  return { given: rows.filter((_, index) => !refused.has(`rows:${index + 1}`)), back }
}

const isDelimited = (ending: string) => /^[ct]sv/.test(ending)

/** An empty cell of text is text: these formats cannot tell it from no value. */
const asCell = (value: unknown, type: string) => (type === 'string' ? (value ?? '') : value)

describe.each(['jsonl', 'json', 'csv', 'tsv', 'jsonl.gz', 'csv.gz', 'json.zst', 'tsv.zst'])('%s', (ending) => {
  test.each(Object.entries(types))('%s', async (type, [plain, values]) => {
    const cases = fc.tuple(fc.constantFrom(...declarable), fc.array(fc.option(values, { freq: 8 }), { maxLength: 20 }))
    await fc.assert(
      fc.asyncProperty(cases, async ([name, column]) => {
        const rows = [plain, ...column].map((value) => ({ [name]: value }))
        const { given, back } = await roundTrip(rows, ending, { columns: { [name]: type } })
        const expected = isDelimited(ending) ? given.map((row) => ({ [name]: asCell(row[name], type) })) : given
        expect(shown(back)).toEqual(shown(expected))
      }),
      { seed, numRuns },
    )
  })
})

test.each(['csv', 'tsv.gz', 'jsonl', 'json', 'xlsx', 'parquet', 'arrow'])(
  'texts among JSON values: %s',
  async (ending) => {
    const given = ['10', 'abc', '', '[1]', '{"a":1}', 'null', '"', ' x ', { a: '1' }, ['1', 1], 7, true, null]
    const columns = { v: 'json', w: 'string' } as const
    const rows = given.map((v) => ({ v, w: 'w' }))
    const path = `${files++}.${ending}`
    for (const mode of ending === 'xlsx' ? ['create'] : ['create', 'append', 'upsert']) {
      const written = pipeline('write').from(mode === 'upsert' ? [{ v: '10', w: 'last' }] : rows, { columns })
      const key = mode === 'upsert' ? { key: 'w' } : {}
      await project.run(written.write('fs.file', { path, mode, ...key } as never))
    }
    const typed = ['parquet', 'arrow'].includes(ending) ? {} : { columns }
    const back = await Array.fromAsync(project.rows(pipeline('read').read('fs.file', { path, ...typed } as never)))
    const all = ending === 'xlsx' ? rows : [...rows, ...rows, { v: '10', w: 'last' }]
    expect(shown(back)).toEqual(shown(all))
  },
)

test.each(['txt', 'md.gz'])('lines of text: %s', async (ending) => {
  const lines = texts.filter((text) => !/[\r\n]/.test(text))
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 20 }), async (column) => {
      const rows = [...column, 'a'].map((text) => ({ text }))
      const { given, back } = await roundTrip(rows, ending, { lines: true })
      expect(shown(back.map(({ text }) => ({ text })))).toEqual(shown(given))
    }),
    { seed, numRuns },
  )
})

test('a refusal names the column', async () => {
  const failing = project.run(
    pipeline('p')
      .from([{ v: '\ud83d' }])
      .write('fs.file', { path: 'refused.csv' }),
  )
  await expect(failing).rejects.toSatisfy((error) => MaestroError.is(error) && error.message.includes('"v"'))
})
