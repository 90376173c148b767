import { describe, expect, test } from 'vitest'
import type { Batch, Row } from '../../contracts/row.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePipeline } from '../../define/define-pipeline.js'
import { pipeline } from '../../define/pipeline.js'
import { maestro } from '../../maestro.js'
import { type AllRows, GlobalOperator } from '../../operator/global.js'

const project = () => maestro({ logLevel: 'silent', run: { maxRejects: '100%' } })
const calls: Row[] = []
const mark = defineOperator({
  name: 'test.mark',
  kind: 'map',
  options: {},
  adds: { mark: 'string' },
  create: () => (row) => {
    calls.push(row)
    return { ...row, mark: 'x' }
  },
})
const rows = [
  { id: 1, language: 'en', score: 5 },
  { id: 2, language: 'zh', score: 3 },
  { id: 3, language: 'en', score: null },
  { id: 4, language: 'en', score: 1 },
]
const marked = (found: readonly Row[]) => found.filter((row) => 'mark' in row).map(({ id }) => id)

describe('where', () => {
  test('rows that do not match pass the step by, unchanged and in their order', async () => {
    calls.length = 0
    const built = pipeline('p')
      .from(rows)
      .step(mark, {}, { where: { language: 'en', score: { min: 3 } } })
    const found = await Array.fromAsync(project().rows(built))
    expect(found).toEqual(rows.map((row) => (row.id === 1 ? { ...row, mark: 'x' } : row)))
    expect(calls.map(({ id }) => id)).toEqual([1])
  })

  test('a condition compares values by type and value', async () => {
    const matches = async (row: Row, where: object) =>
      'mark' in
      ((
        await Array.fromAsync(
          project().rows(
            pipeline('p')
              .from([row])
              .map((one) => ({ ...one }))
              .step(mark, {}, { where: where as never }),
          ),
        )
      )[0] ?? {})
    expect(await matches({ v: 1n }, { v: 1 })).toBe(true)
    expect(await matches({ v: '1' }, { v: 1 })).toBe(false)
    expect(await matches({ v: new Date(5) }, { v: { max: new Date(5) } })).toBe(true)
    expect(await matches({}, { v: null })).toBe(true)
    expect(await matches({}, { v: { not: 'a' } })).toBe(true)
    expect(await matches({}, { v: { min: 0 } })).toBe(false)
    expect(await matches({ v: Number.NaN }, { v: { min: 0 } })).toBe(false)
    expect(await matches({ v: 'b' }, { v: { oneOf: ['a', 'b'] } })).toBe(true)
    expect(await matches({ v: 'b' }, { v: { oneOf: [] } })).toBe(false)
    expect(await matches({ 键: true }, { 键: true, other: null })).toBe(true)
  })

  test('a function may decide; one that throws or returns no boolean rejects the row', async () => {
    const where = (row: Row) => {
      if (row.id === 2) throw new TypeError('odd')
      return row.id === 3 ? ('yes' as never) : row.id === 1
    }
    const built = pipeline('p').from(rows).step(mark, {}, { where })
    const { steps, rejects } = await project().preview(built, 10)
    expect(marked(steps.at(-1)?.rows.map(({ row }) => row) ?? [])).toEqual([1])
    expect(rejects.map(({ id }) => id).toSorted()).toEqual(['rows:2', 'rows:3'])
  })

  test('filters, batches, and steps that make several rows let rows pass by too, and counts add up', async () => {
    const where = { language: 'en' } as const
    const none = defineOperator({ name: 'test.none', kind: 'filter', options: {}, create: () => () => false })
    const twice = defineOperator({
      name: 'test.twice',
      kind: 'flatMap',
      options: {},
      create: () => (row) => [row, row],
    })
    const batch = defineOperator({
      name: 'test.batch',
      kind: 'mapBatches',
      options: {},
      adds: { mark: 'string' },
      create: () => async (all) => all.map((row) => ({ ...row, mark: 'b' })),
    })
    const run = async (built: { readonly definition: never } | unknown) => {
      const found: Row[] = []
      const report = await project().runTo(built as never, { write: ({ rows }) => void found.push(...rows) })
      return { found, counts: Object.values(report.steps)[0]?.counts }
    }
    const start = pipeline('p').from(rows)
    expect((await run(start.step(none, {}, { where }))).found.map(({ id }) => id)).toEqual([2])
    expect((await run(start.step(twice, {}, { where }))).found.map(({ id }) => id)).toEqual([1, 1, 2, 3, 3, 4, 4])
    const batched = await run(start.step(batch, {}, { where }))
    expect(marked(batched.found)).toEqual([1, 3, 4])
    expect(batched.counts).toMatchObject({ rowsIn: 4, rowsOut: 4, passedBy: 1 })
  })

  test('the plan refuses unknown columns and unknown bounds', async () => {
    const fault = (where: unknown, use: unknown = mark) =>
      Array.fromAsync(
        project().rows(
          pipeline('p')
            .from(rows)
            .step(use as typeof mark, {}, { where: where as never }),
        ),
      )
    await expect(fault({ town: 'x' })).rejects.toThrow(/no column "town"/)
    await expect(fault({ score: { least: 1 } })).rejects.toThrow(/no "least"/)
    await expect(fault({ score: [1, 2] })).rejects.toThrow(/oneOf: \[/)
    await expect(fault('score > 3')).rejects.toThrow(/an object from columns/)
  })

  test('the plan refuses to compare a column with a value of another type', async () => {
    const typed = pipeline('p').from([{ text: 'a', n: 1, at: new Date(0), price: '1.5', bytes: new Uint8Array() }], {
      columns: { text: 'string', n: 'integer', at: 'date', price: 'decimal', bytes: 'bytes' },
    })
    const run = (where: object) => Array.fromAsync(project().rows(typed.step(mark, {}, { where: where as never })))
    for (const where of [
      { text: { min: 3 } },
      { text: true },
      { n: { oneOf: [1, '2'] } },
      { n: { not: '1' } },
      { at: { max: 5 } },
      { at: 'soon' },
      { price: 'x' },
      { bytes: 'x' },
    ])
      await expect(run(where)).rejects.toThrow(/is compared with .*, but its type is/)
    for (const where of [{ n: 1n }, { at: '1970-01-01' }, { at: { max: '1970-01-02T00:00Z' } }, { price: { min: 1 } }])
      expect(await run(where)).toMatchObject([{ mark: 'x' }])
    expect(await run({ text: null, bytes: { not: null } })).not.toMatchObject([{ mark: 'x' }])
  })

  test('a value that has no order with a bound rejects its row, also at a step over the whole table', async () => {
    const given = [{ v: 5 }, { v: 'n/a' }, { v: 1 }, { v: null }]
    const last = defineOperator({
      name: 'test.last',
      kind: 'opaque',
      options: {},
      create: () =>
        new (class extends GlobalOperator {
          override async *process(all: AllRows): AsyncIterable<Batch> {
            for await (const { ids, rows } of all) yield { ids, rows: rows.map((row) => ({ ...row, mark: 'x' })) }
          }
        })(),
    })
    for (const step of [mark, last]) {
      const built = pipeline('p')
        .from(given)
        .map((row) => ({ ...row }) as Row)
        .step(step as typeof mark, {}, { where: { v: { min: 3 } } as never })
      const found: Row[] = []
      const report = await project().runTo(built as never, { write: ({ rows }) => void found.push(...rows) })
      expect(found).toEqual([{ v: 5, mark: 'x' }, { v: 1 }, { v: null }])
      expect(report.counts).toMatchObject({ rowsIn: 4, rowsOut: 3, rejected: 1 })
      expect(report.rejects).toMatchObject([{ rows: 1, code: 'MAESTRO_STEP_WHERE' }])
    }
  })

  test('columns that a step adds may be missing afterwards, and a step that drops columns makes the table open', async () => {
    const drop = defineOperator({
      name: 'test.drop',
      kind: 'map',
      options: {},
      drops: ['score'],
      create:
        () =>
        ({ score: _, ...row }) =>
          row as Row,
    })
    const plan = async (built: unknown) =>
      (await project().preview(built as never, 4)).steps.at(-1)?.rows.map(({ row }) => row)
    const dropped = pipeline('p')
      .from(rows)
      .step(drop, {}, { where: { id: 1 } })
      .step(mark, {}, { where: { score: 3 } })
    expect(await plan(dropped)).toEqual(
      rows.map(({ score, ...row }) => (row.id === 1 ? row : { ...row, score, ...(score === 3 ? { mark: 'x' } : {}) })),
    )
  })

  test('in data, an object is the condition of the step, and a text is an option of its operator', () => {
    const data = {
      name: 'p',
      read: { use: 'a' },
      steps: [
        { use: 'b', where: { n: 1 } },
        { use: 'table.filter', where: 'n = 1' },
      ],
    }
    expect(definePipeline(data).steps).toMatchObject([
      { use: 'b', where: { n: 1 }, options: {} },
      { use: 'table.filter', options: { where: 'n = 1' } },
    ])
  })
})
