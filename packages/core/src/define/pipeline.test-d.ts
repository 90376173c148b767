import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Column, With } from '../contracts/component-types.js'
import type { Prompt } from '../contracts/prompt.js'
import type { Row } from '../contracts/row.js'
import type { Schema } from '../contracts/schema.js'
import { maestro } from '../maestro.js'
import { MapOperator } from '../operator/map.js'
import { defineOperator } from './define-operator.js'
import { type PipelineRow, pipeline } from './pipeline.js'
import { prompt } from './prompt.js'

declare module '../contracts/component-types.js' {
  interface SourceOptions {
    'test.file': { readonly path: string; readonly schema?: Schema }
  }
  interface SourceOutput<Options> {
    'test.file': Options extends { schema: Schema<infer _In, infer Out> } ? Out : Record<string, unknown>
  }
  interface SinkOptions<Row> {
    'test.file': { readonly path: string; readonly columns?: readonly Column<Row>[] }
  }
  interface OperatorOptions<Row> {
    'test.generate': { readonly prompt: Prompt<Column<Row>>; readonly output: string; readonly temperature?: number }
    'test.select': { readonly columns: readonly Column<Row>[] }
    'test.rename': { readonly columns: { readonly [K in Column<Row>]?: string } }
  }
  interface OperatorOutput<Row, Options> {
    'test.generate': Options extends { output: infer C extends string } ? With<Row, Record<C, string>> : never
    'test.select': Options extends { columns: readonly (infer C)[] } ? Pick<Row, C & keyof Row> : never
    'test.rename': Options extends { columns: infer M }
      ? { [K in keyof Row as K extends keyof M ? M[K] & string : K]: Row[K] }
      : never
  }
}

const shout = defineOperator({
  name: 'shout',
  kind: 'map',
  options: z.object({ input: z.string(), output: z.string() }),
  columns: { reads: ['input'], adds: { output: 'string' } },
  create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
})

const schema = z.object({ id: z.string(), text: z.string(), stars: z.number(), user: z.object({ name: z.string() }) })
const source = pipeline('reviews').read('test.file', { path: 'a.csv', schema })

test('every line of the prototype', () => {
  const reviews = source
    .step('test.generate', { prompt: prompt('Summarise for {{ user.name }}: {{text}}'), output: 'summary' })
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

test('a chain of thirty steps keeps its types', () => {
  const ten = <R extends { readonly id: string }>(row: R) => row
  const long = source
    .step('test.generate', { prompt: prompt('{{text}}'), output: 'a1' })
    .step('test.generate', { prompt: prompt('{{a1}}'), output: 'a2' })
    .step('test.generate', { prompt: prompt('{{a2}}'), output: 'a3' })
    .step('test.generate', { prompt: prompt('{{a3}}'), output: 'a4' })
    .step('test.generate', { prompt: prompt('{{a4}}'), output: 'a5' })
    .step('test.generate', { prompt: prompt('{{a5}}'), output: 'a6' })
    .step('test.generate', { prompt: prompt('{{a6}}'), output: 'a7' })
    .step('test.generate', { prompt: prompt('{{a7}}'), output: 'a8' })
    .step('test.generate', { prompt: prompt('{{a8}}'), output: 'a9' })
    .step('test.generate', { prompt: prompt('{{a9}}'), output: 'a10' })
    .step('test.rename', { columns: { a1: 'b1', a2: 'b2', a3: 'b3' } })
    .step('test.select', { columns: ['id', 'text', 'b1', 'b2', 'b3', 'a10'] })
    .step(shout, { input: 'b1', output: 'c1' })
    .step(shout, { input: 'c1', output: 'c2' })
    .step(shout, { input: 'c2', output: 'c3' })
    .step(shout, { input: 'c3', output: 'c4' })
    .step(shout, { input: 'c4', output: 'c5' })
    .step(shout, { input: 'c5', output: 'c6' })
    .step(shout, { input: 'c6', output: 'c7' })
    .step(shout, { input: 'c7', output: 'c8' })
    .map((row) => ten(row))
    .filter((row) => row.c8 !== '')
    .map((row) => ({ ...row, size: row.c8.length }))
    .filter((row) => row.size > 1)
    .map(({ c1: _c1, ...row }) => row)
    .filter((row) => row.a10.length > 1)
    .step('test.generate', { prompt: prompt('{{c2}} {{c8}}'), output: 'last' })
    .step(shout, { input: 'last', output: 'last' })
    .step('test.rename', { columns: { last: 'end' } })
    .step('test.select', { columns: ['id', 'end', 'size'] })
  expectTypeOf(long.row).toEqualTypeOf<{ id: string; end: string; size: number }>()
  // @ts-expect-error a column that was dropped at its end
  long.step('test.select', { columns: ['c8'] })
})
