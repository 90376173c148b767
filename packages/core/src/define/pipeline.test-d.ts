import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Row } from '../contracts/row.js'
import type { Schema } from '../contracts/schema.js'
import { maestro } from '../maestro.js'
import { MapOperator } from '../operator/map.js'
import { defineOperator } from './define-operator.js'
import { defineSink, defineSource, defineStorage } from './define-storage.js'
import { type RowFunction, rowFunction } from './effects/effects.js'
import { column, columnRecord, columns } from './options/columns.js'
import { promptOption } from './options/references.js'
import { type PipelineRow, pipeline } from './pipeline.js'
import { prompt } from './prompt.js'

interface FileRow extends RowFunction {
  readonly row: this['options'] extends { readonly schema: Schema<infer _In, infer Out> }
    ? Out
    : Record<string, unknown>
}
const file = defineStorage({
  name: 'test.file',
  source: defineSource({
    options: { path: z.string(), schema: z.custom<Schema>().optional() },
    row: rowFunction<FileRow>(),
    columns: () => ({ columns: {}, open: true }),
    open: () => ({ async *read() {} }),
  }),
  sink: defineSink({ options: { path: z.string(), columns: columns().optional() }, open: () => ({}) as never }),
})
const same = (row: Row): Row => row
const generate = defineOperator({
  name: 'test.generate',
  kind: 'map',
  options: { prompt: promptOption(), output: z.string(), temperature: z.number().optional() },
  adds: { '{output}': 'string' },
  create: () => same,
})
const select = defineOperator({
  name: 'test.select',
  kind: 'map',
  options: { columns: columns() },
  keeps: ['{columns}'],
  create: () => same,
})
const rename = defineOperator({
  name: 'test.rename',
  kind: 'map',
  options: { columns: columnRecord(z.string()) },
  renames: '{columns}',
  create: () => same,
})

declare module '../contracts/component-types.js' {
  interface Operators {
    'test.generate': typeof generate
    'test.select': typeof select
    'test.rename': typeof rename
  }
  interface Storages {
    'test.file': typeof file
  }
}

const shout = defineOperator({
  name: 'shout',
  kind: 'map',
  options: { input: column(), output: z.string() },
  adds: { '{output}': 'string' },
  create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
})

const schema = z.object({ id: z.string(), text: z.string(), stars: z.number(), user: z.object({ name: z.string() }) })
const source = pipeline('reviews').read('test.file', { path: 'a.csv', schema })

test('every line of the prototype', () => {
  const reviews = source
    .step('test.generate', { prompt: prompt('Summarize for {{ user.name }}: {{text}}'), output: 'summary' })
    .step('test.generate', { prompt: prompt('{{summary}}'), output: 'stars' })
    .step('test.select', { columns: ['id', 'summary', 'stars'] })
    .step('test.rename', { columns: { summary: 'brief' } })
  expectTypeOf<(typeof reviews)['row']>().toEqualTypeOf<{ id: string; brief: string; stars: string }>()
  // @ts-expect-error a dropped column
  reviews.row.text
  // @ts-expect-error an unknown column
  reviews.step('test.select', { columns: ['nope'] })
  // @ts-expect-error a prompt variable without a column
  reviews.step('test.generate', { prompt: prompt('x {{text}}'), output: 'z' })
  // @ts-expect-error an unknown operator
  reviews.step('test.generat', { prompt: prompt('x {{id}}'), output: 'z' })
  // @ts-expect-error a misspelt option
  reviews.step('test.generate', { prompt: prompt('x {{id}}'), output: 'z', temprature: 1 })
  const loaded: string = 'read from a file {{anything}}'
  reviews.step('test.generate', { prompt: prompt(loaded), output: 'z' })
})

test('a source: rows are its schema, options are checked', () => {
  expectTypeOf<(typeof source)['row']>().toEqualTypeOf<{
    id: string
    text: string
    stars: number
    user: { name: string }
  }>()
  // @ts-expect-error an unknown source
  pipeline('x').read('test.fil', { path: 'a' })
  // @ts-expect-error a misspelt option
  pipeline('x').read('test.file', { pth: 'a' })
  // @ts-expect-error a sink's column that is not there
  source.write('test.file', { path: 'b', columns: ['nope'] })
})

test('function steps carry their types on', () => {
  const next = source.map((row) => ({ id: row.id, short: row.text.slice(0, 80) })).filter((row) => row.short !== '')
  expectTypeOf<(typeof next)['row']>().toEqualTypeOf<{ id: string; short: string }>()
  // @ts-expect-error a column that the function dropped
  next.map((row) => ({ x: row.text }))
  const words = source.flatMap((row) => row.text.split(' ').map((word) => ({ word })))
  expectTypeOf<(typeof words)['row']>().toEqualTypeOf<{ word: string }>()
  const kept = source
    .map((row) => ({ tag: row.stars > 2 ? row.id : null }))
    .filter((row): row is { tag: string } => row.tag !== null)
  expectTypeOf<(typeof kept)['row']>().toEqualTypeOf<{ tag: string }>()
})

test('an operator of one’s own, by its definition', () => {
  const loud = source.step(shout, { input: 'text', output: 'loud' })
  expectTypeOf<(typeof loud)['row']['loud']>().toEqualTypeOf<string>()
  // @ts-expect-error an unknown column
  source.step(shout, { input: 'txt', output: 'loud' })
  // @ts-expect-error a misspelt option
  source.step(shout, { input: 'text', output: 'loud', volume: 11 })
  // @ts-expect-error a missing option
  source.step(shout, { input: 'text' })
})

test('rows in code, branches and parameters', () => {
  const rows = pipeline('x')
    .from([{ a: 1 }])
    .branch((p) => p.filter((row) => row.a > 1))
    .map((row) => ({ b: row.a }))
  expectTypeOf<(typeof rows)['row']>().toEqualTypeOf<{ b: number }>()
  pipeline('daily', { params: z.object({ day: z.string() }) }, (p, { day }) =>
    p.from([{ day }]).map((row, { params }) => ({ ...row, at: params.day.length })),
  )
  // @ts-expect-error an unknown parameter
  pipeline('daily', { params: z.object({ day: z.string() }) }, (p, params) => p.from([{ d: params.dya }]))
})

test('parameters are known to the builder and to every function', () => {
  const daily = pipeline('daily', { params: z.object({ day: z.string(), least: z.coerce.number() }) }, (p, { day }) =>
    p
      .read('test.file', { path: `data/${day}.csv`, schema })
      .filter((row, { params }) => row.stars >= params.least)
      .map((row, { params, rowId }) => ({ ...row, day: params.day, origin: rowId }))
      .write('test.file', { path: `out/${day}.csv`, columns: ['day', 'origin'] }),
  )
  expectTypeOf(daily.name).toEqualTypeOf<string>()
  expectTypeOf<Parameters<(typeof daily)['build']>[1]>().toEqualTypeOf<{ day: string; least: number }>()
  pipeline('daily', { params: z.object({ least: z.number() }) }, (p) =>
    // @ts-expect-error an unknown parameter in a function
    p.from([{ a: 1 }]).filter((row, { params }) => row.a > params.most),
  )
  // A pipeline without parameters has none to ask for.
  // @ts-expect-error it is not known what is in them
  source.map((row, { params }) => ({ ...row, day: params.day }))
})

test('branches begin with the columns of their place, and leave the chain as it is', () => {
  const graded = source
    .map((row) => ({ id: row.id, good: row.stars > 3 }))
    .branch((all) => {
      expectTypeOf(all.row).toEqualTypeOf<{ id: string; good: boolean }>()
      return all.filter((row) => row.good).write('test.file', { path: 'good.csv', columns: ['id'] })
    })
    .branch((all) => all.map(() => ({ only: 1 })).write('test.file', { path: 'only.csv', columns: ['only'] }))
  expectTypeOf(graded.row).toEqualTypeOf<{ id: string; good: boolean }>()
  // @ts-expect-error a column of a branch is not in the chain
  graded.map((row) => ({ x: row.only }))
  // @ts-expect-error a column that is not there at its place
  graded.branch((all) => all.step('test.select', { columns: ['text'] }))
  // @ts-expect-error a branch is a pipeline
  graded.branch(() => 1)
})

test('sinks know the columns, and the chain goes on after them', () => {
  const written = source.write('test.file', { path: 'a.csv', columns: ['id'] })
  expectTypeOf(written.row).toEqualTypeOf<(typeof source)['row']>()
  // @ts-expect-error a misspelt option
  source.write('test.file', { path: 'a.csv', column: ['id'] })
  // @ts-expect-error an unknown sink
  source.write('test.fil', { path: 'a.csv' })
  // @ts-expect-error an option is missing
  source.write('test.file', {})
})

test('functions over batches, operators as objects, settings of steps', () => {
  const sized = source.mapBatches((rows) => rows.map((row) => ({ id: row.id, size: row.text.length })), { size: 10 })
  expectTypeOf(sized.row).toEqualTypeOf<{ id: string; size: number }>()
  class Trim extends MapOperator {
    override map(row: Row): Row {
      return row
    }
  }
  expectTypeOf(source.use(new Trim()).row).toEqualTypeOf<Record<string, unknown>>()
  expectTypeOf(source.use<{ id: string }>(new Trim(), { id: 'trim' }).row).toEqualTypeOf<{ id: string }>()
  source.step('test.select', { columns: ['id'] }, { id: 'narrow', onError: 'fail' })
  // @ts-expect-error no such way to take errors
  source.step('test.select', { columns: ['id'] }, { onError: 'skip' })
  source.map((row) => row, { version: '2', columns: { adds: { x: 'number' } } })
  // @ts-expect-error no such type of column
  source.map((row) => row, { columns: { adds: { x: 'text' } } })
})

test('rows of a pipeline in code have its row type', () => {
  const counted = pipeline('x')
    .from([{ a: 'x' }])
    .map((row) => ({ n: row.a.length }))
  expectTypeOf<PipelineRow<typeof counted>>().toEqualTypeOf<{ n: number }>()
  expectTypeOf(maestro().rows(counted)).toEqualTypeOf<AsyncGenerator<{ n: number }>>()
  expectTypeOf(maestro().rows('by its name')).toEqualTypeOf<AsyncGenerator<Row>>()
  // @ts-expect-error what is no pipeline cannot be run
  maestro().run({ steps: 1 })
  async function* later() {
    yield { a: 1 }
  }
  expectTypeOf(pipeline('x').from(later()).row).toEqualTypeOf<{ a: number }>()
  expectTypeOf(pipeline('x').from(() => new Set([{ b: 1 }])).row).toEqualTypeOf<{ b: number }>()
})

test('a chain of a hundred steps keeps its types', () => {
  const long = source
    .step('test.generate', { prompt: '{{text}}', output: 'a0' })
    .step(shout, { input: 'a0', output: 'a1' })
    .step(shout, { input: 'a1', output: 'a2' })
    .step('test.generate', { prompt: '{{a2}}', output: 'a3' })
    .step(shout, { input: 'a3', output: 'a4' })
    .step(shout, { input: 'a4', output: 'a5' })
    .step('test.generate', { prompt: '{{a5}}', output: 'a6' })
    .step(shout, { input: 'a6', output: 'a7' })
    .step(shout, { input: 'a7', output: 'a8' })
    .step('test.generate', { prompt: '{{a8}}', output: 'a9' })
    .step(shout, { input: 'a9', output: 'a10' })
    .step(shout, { input: 'a10', output: 'a11' })
    .step('test.generate', { prompt: '{{a11}}', output: 'a12' })
    .step(shout, { input: 'a12', output: 'a13' })
    .step(shout, { input: 'a13', output: 'a14' })
    .step('test.generate', { prompt: '{{a14}}', output: 'a15' })
    .step(shout, { input: 'a15', output: 'a16' })
    .step(shout, { input: 'a16', output: 'a17' })
    .step('test.generate', { prompt: '{{a17}}', output: 'a18' })
    .step(shout, { input: 'a18', output: 'a19' })
    .step(shout, { input: 'a19', output: 'a20' })
    .step('test.generate', { prompt: '{{a20}}', output: 'a21' })
    .step(shout, { input: 'a21', output: 'a22' })
    .step(shout, { input: 'a22', output: 'a23' })
    .step('test.generate', { prompt: '{{a23}}', output: 'a24' })
    .step(shout, { input: 'a24', output: 'a25' })
    .step(shout, { input: 'a25', output: 'a26' })
    .step('test.generate', { prompt: '{{a26}}', output: 'a27' })
    .step(shout, { input: 'a27', output: 'a28' })
    .step(shout, { input: 'a28', output: 'a29' })
    .step('test.generate', { prompt: '{{a29}}', output: 'a30' })
    .step(shout, { input: 'a30', output: 'a31' })
    .step(shout, { input: 'a31', output: 'a32' })
    .step('test.generate', { prompt: '{{a32}}', output: 'a33' })
    .step(shout, { input: 'a33', output: 'a34' })
    .step(shout, { input: 'a34', output: 'a35' })
    .step('test.generate', { prompt: '{{a35}}', output: 'a36' })
    .step(shout, { input: 'a36', output: 'a37' })
    .step(shout, { input: 'a37', output: 'a38' })
    .step('test.generate', { prompt: '{{a38}}', output: 'a39' })
    .step(shout, { input: 'a39', output: 'a40' })
    .step(shout, { input: 'a40', output: 'a41' })
    .step('test.generate', { prompt: '{{a41}}', output: 'a42' })
    .step(shout, { input: 'a42', output: 'a43' })
    .step(shout, { input: 'a43', output: 'a44' })
    .step('test.generate', { prompt: '{{a44}}', output: 'a45' })
    .step(shout, { input: 'a45', output: 'a46' })
    .step(shout, { input: 'a46', output: 'a47' })
    .step('test.generate', { prompt: '{{a47}}', output: 'a48' })
    .step(shout, { input: 'a48', output: 'a49' })
    .step(shout, { input: 'a49', output: 'a50' })
    .step('test.generate', { prompt: '{{a50}}', output: 'a51' })
    .step(shout, { input: 'a51', output: 'a52' })
    .step(shout, { input: 'a52', output: 'a53' })
    .step('test.generate', { prompt: '{{a53}}', output: 'a54' })
    .step(shout, { input: 'a54', output: 'a55' })
    .step(shout, { input: 'a55', output: 'a56' })
    .step('test.generate', { prompt: '{{a56}}', output: 'a57' })
    .step(shout, { input: 'a57', output: 'a58' })
    .step(shout, { input: 'a58', output: 'a59' })
    .step('test.generate', { prompt: '{{a59}}', output: 'a60' })
    .step(shout, { input: 'a60', output: 'a61' })
    .step(shout, { input: 'a61', output: 'a62' })
    .step('test.generate', { prompt: '{{a62}}', output: 'a63' })
    .step(shout, { input: 'a63', output: 'a64' })
    .step(shout, { input: 'a64', output: 'a65' })
    .step('test.generate', { prompt: '{{a65}}', output: 'a66' })
    .step(shout, { input: 'a66', output: 'a67' })
    .step(shout, { input: 'a67', output: 'a68' })
    .step('test.generate', { prompt: '{{a68}}', output: 'a69' })
    .step(shout, { input: 'a69', output: 'a70' })
    .step(shout, { input: 'a70', output: 'a71' })
    .step('test.generate', { prompt: '{{a71}}', output: 'a72' })
    .step(shout, { input: 'a72', output: 'a73' })
    .step(shout, { input: 'a73', output: 'a74' })
    .step('test.generate', { prompt: '{{a74}}', output: 'a75' })
    .step(shout, { input: 'a75', output: 'a76' })
    .step(shout, { input: 'a76', output: 'a77' })
    .step('test.generate', { prompt: '{{a77}}', output: 'a78' })
    .step(shout, { input: 'a78', output: 'a79' })
    .step(shout, { input: 'a79', output: 'a80' })
    .step('test.generate', { prompt: '{{a80}}', output: 'a81' })
    .step(shout, { input: 'a81', output: 'a82' })
    .step(shout, { input: 'a82', output: 'a83' })
    .step('test.generate', { prompt: '{{a83}}', output: 'a84' })
    .step(shout, { input: 'a84', output: 'a85' })
    .step(shout, { input: 'a85', output: 'a86' })
    .step('test.generate', { prompt: '{{a86}}', output: 'a87' })
    .step(shout, { input: 'a87', output: 'a88' })
    .step(shout, { input: 'a88', output: 'a89' })
    .step('test.generate', { prompt: '{{a89}}', output: 'a90' })
    .step(shout, { input: 'a90', output: 'a91' })
    .step(shout, { input: 'a91', output: 'a92' })
    .step('test.generate', { prompt: '{{a92}}', output: 'a93' })
    .step(shout, { input: 'a93', output: 'a94' })
    .step(shout, { input: 'a94', output: 'a95' })
    .step('test.generate', { prompt: '{{a95}}', output: 'a96' })
    .step(shout, { input: 'a96', output: 'a97' })
    .step(shout, { input: 'a97', output: 'a98' })
    .step('test.generate', { prompt: '{{a98}}', output: 'a99' })
  expectTypeOf(long.row.a99).toEqualTypeOf<string>()
  expectTypeOf(long.row.a0).toEqualTypeOf<string>()
  expectTypeOf(long.row.stars).toEqualTypeOf<number>()
  const end = long
    .map((row) => ({ ...row, size: row.a99.length }))
    .filter((row) => row.size > 1)
    .step('test.rename', { columns: { a99: 'end' } })
    .step('test.select', { columns: ['id', 'end', 'size'] })
  expectTypeOf(end.row).toEqualTypeOf<{ id: string; end: string; size: number }>()
  // @ts-expect-error a column that was dropped at its end
  end.step('test.select', { columns: ['a98'] })
})

describe('where', () => {
  const judge = defineOperator({
    name: 'test.judge',
    kind: 'map',
    options: {},
    adds: { score: 'number' },
    drops: ['text'],
    create: () => (row) => row,
  })
  const rows = pipeline('p').from([{ text: 'a', language: 'en', score: 'x', at: new Date() }])

  test('columns that a step adds or drops may be missing afterwards', () => {
    const after = rows.step(judge, {}, { where: { language: 'en' } })
    expectTypeOf(after.row).toEqualTypeOf<{ text?: string; language: string; score: string | number; at: Date }>()
    expectTypeOf(rows.step(judge, {}, { id: 'all' }).row).toEqualTypeOf<{ language: string; score: number; at: Date }>()
  })

  test('conditions are typed by the columns', () => {
    rows.step(judge, {}, { where: { at: { min: new Date() }, text: { oneOf: ['a'], not: null } } })
    rows.step(judge, {}, { where: (row) => row.text.length > 3 })
    // @ts-expect-error there is no column "town"
    rows.step(judge, {}, { where: { town: 'x' } })
    // @ts-expect-error a text is no number
    rows.step(judge, {}, { where: { text: { min: 3 } } })
  })
})
