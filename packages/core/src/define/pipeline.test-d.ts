import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Column, With } from '../contracts/component-types.js'
import type { Prompt } from '../contracts/prompt.js'
import type { Schema } from '../contracts/schema.js'
import { defineOperator } from './define-operator.js'
import { pipeline } from './pipeline.js'
import { type PromptTemplate, prompt } from './prompt.js'

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

test('variables are read from the template', () => {
  expectTypeOf(prompt('{{a}} {b} {{ c.d }} \\{{e}} {{f}}')).toEqualTypeOf<PromptTemplate<'a' | 'c' | 'f'>>()
  expectTypeOf(prompt('{{\n a\t}} {{b .c}}')).toEqualTypeOf<PromptTemplate<'a' | 'b'>>()
  expectTypeOf(prompt('no variable')).toEqualTypeOf<PromptTemplate<never>>()
})
