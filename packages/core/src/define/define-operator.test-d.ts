import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { LOGGER, type Logger } from '../contracts/logger.js'
import type { Prompt } from '../contracts/prompt.js'
import type { Row, RowId } from '../contracts/row.js'
import type { RowSource } from '../contracts/row-source.js'
import { defineOperator } from './define-operator.js'
import { definePrompt } from './define-prompt.js'
import { defineSource, defineStorage } from './define-storage.js'
import { itemOf, listOf, oneOf, sameAs, shapeOf, typed, when } from './effects/column-types.js'
import { type RowFunction, rowFunction } from './effects/effects.js'
import type { Flat, With } from './effects/row-types.js'
import { column, columnRecord, columns } from './options/columns.js'
import { promptOption, sourceOption } from './options/references.js'
import { flag, newColumn, unless, withDefault } from './options/values.js'
import { type PipelineBuilder, pipeline } from './pipeline.js'
import { PromptTemplate, prompt } from './prompt.js'

interface Review {
  id: string
  text: string
  stars: number
  tags: string[]
}
type ReviewWith<Added> = Flat<Review & Added>
const rows = pipeline('x').from<Review>([])
const same = (row: Row): Row => row

class Asking {
  /** How bold the choice of words is. */
  temperature = z.number().max(2).optional()
}

const classify = defineOperator({
  name: 'test.classify',
  kind: 'map',
  options: {
    /** The column that is read. */
    input: column('string'),
    labels: z.union([z.array(z.string()).min(2), z.record(z.string(), z.string())]),
    /** The column of the label. */
    output: newColumn('label'),
    multi: flag(),
    confidence: flag(),
    temperature: z.number().max(2).default(1),
  },
  adds: {
    '{output}': when('multi', listOf('labels'), oneOf('labels')),
    '{output}_confidence': when('confidence', when('multi', 'json', 'number')),
  },
  create: (options) => {
    expectTypeOf(options.output).toEqualTypeOf<string>()
    expectTypeOf(options.temperature).toEqualTypeOf<number>()
    expectTypeOf(options.multi).toEqualTypeOf<boolean>()
    return (row) => ({ ...row, [options.output]: '' })
  },
})

const cities = defineStorage({
  name: 'test.cities',
  source: defineSource({
    options: { country: z.string(), columns: z.array(z.string()).optional() },
    columns: () => ({ columns: {}, open: true }),
    open: () => ({ async *read() {} }),
  }),
})

declare module '../contracts/component-types.js' {
  interface Operators {
    'test.classify': typeof classify
    'test.group': typeof group
  }
  interface Storages {
    'test.cities': typeof cities
  }
  interface Prompts {
    'test.plain': typeof plainPrompt
    'test.about': typeof aboutPrompt
  }
}

const group = defineOperator({
  name: 'test.group',
  kind: 'opaque',
  options: { by: columns(), count: newColumn('n') },
  keeps: ['{by}'],
  adds: { '{count}': 'integer' },
  create: () => ({}) as never,
})

describe('what is added, as data', () => {
  test('by the values of options, given or by default; a definition and its name are alike', () => {
    const given = rows.step(classify, { input: 'text', labels: ['good', 'bad'] })
    expectTypeOf(given.row).toEqualTypeOf<ReviewWith<{ label: 'good' | 'bad' }>>()
    const named = rows.step('test.classify', { input: 'text', labels: ['good', 'bad'] })
    expectTypeOf(named).toEqualTypeOf(given)
  })

  test('by what options are: lists, records, switches', () => {
    const several = rows.step('test.classify', {
      input: 'text',
      labels: { good: 'nice', bad: '' },
      output: 'tone',
      multi: true,
      confidence: true,
    })
    expectTypeOf(several.row.tone).toEqualTypeOf<readonly ('good' | 'bad')[]>()
    expectTypeOf(several.row.tone_confidence).toEqualTypeOf<unknown>()
    const again = rows
      .step(classify, { input: 'text', labels: ['a', 'b'] })
      .step(classify, { input: 'label', labels: ['x', 'y'], output: 'text', confidence: true, temperature: 0 })
    expectTypeOf(again.row.text).toEqualTypeOf<'x' | 'y'>()
    expectTypeOf(again.row.text_confidence).toEqualTypeOf<number>()
    expectTypeOf(again.row.label).toEqualTypeOf<'a' | 'b'>()
  })

  test('both where only the run knows', () => {
    const maybe = Math.random() > 1
    const either = rows.step(classify, { input: 'text', labels: ['a', 'b'], multi: maybe })
    expectTypeOf(either.row.label).toEqualTypeOf<'a' | 'b' | readonly ('a' | 'b')[]>()
  })

  test('several of a list, in names made of two options, or of another option where one is not given', () => {
    const measure = defineOperator({
      name: 'measure',
      kind: 'map',
      options: {
        input: column(),
        output: z.string().optional(),
        metrics: withDefault(z.array(z.string()), ['a', 'b']),
      },
      adds: { '{output|input}_{metrics}': 'number', '{output}': 'json', total: 'number' },
      create: () => same,
    })
    const one = rows.step(measure, { input: 'text' })
    expectTypeOf(one.row).toEqualTypeOf<ReviewWith<{ text_a: number; text_b: number; total: number }>>()
    const other = rows.step(measure, { input: 'text', output: 'o', metrics: ['z'] })
    expectTypeOf(other.row).toEqualTypeOf<ReviewWith<{ o_z: number; o: unknown; total: number }>>()
  })

  test('types that follow from columns, items and schemas, or that are said', () => {
    const make = defineOperator({
      name: 'make',
      kind: 'map',
      options: { from: column(), list: column('json'), schema: z.custom<z.ZodType>() },
      adds: {
        copy: sameAs('from'),
        item: itemOf('list'),
        data: shapeOf('schema'),
        said: typed<readonly Review[] | null>('json'),
        words: when({ from: 'text' }, 'json'),
      },
      create: () => same,
    })
    const made = rows.step(make, { from: 'stars', list: 'tags', schema: z.object({ city: z.string() }) })
    expectTypeOf(made.row).toEqualTypeOf<
      ReviewWith<{ copy: number; item: string; data: { city: string }; said: readonly Review[] | null }>
    >()
    expectTypeOf(rows.step(make, { from: 'text', list: 'tags', schema: z.string() }).row.words).toEqualTypeOf<unknown>()
  })

  test('columns that go, stay alone, or are renamed', () => {
    const drop = defineOperator({
      name: 'drop',
      kind: 'map',
      options: { columns: columns() },
      drops: ['{columns}'],
      create: () => same,
    })
    const rename = defineOperator({
      name: 'rename',
      kind: 'map',
      options: { columns: columnRecord(z.string()) },
      renames: '{columns}',
      create: () => same,
    })
    const few = rows.step(rename, { columns: { text: 'body' } }).step(drop, { columns: ['tags', 'id'] })
    expectTypeOf(few.row).toEqualTypeOf<{ stars: number; body: string }>()
    const grouped = rows.step('test.group', { by: ['stars', 'text'] })
    expectTypeOf(grouped.row).toEqualTypeOf<{ stars: number; text: string; n: number }>()
    // @ts-expect-error a dropped column
    few.row.id
    // @ts-expect-error an unknown column as a key
    rows.step(rename, { columns: { txt: 'body' } })
  })

  test('names that are known only when it runs open the row; what was known stays known', () => {
    const plain = defineOperator({
      name: 'plain',
      kind: 'map',
      options: { output: z.string().default('x') },
      adds: { '{output}': 'string' },
      create: () => same,
    })
    const open = rows.step(plain, {})
    expectTypeOf(open.row.text).toEqualTypeOf<string>()
    expectTypeOf(open.row.anything).toEqualTypeOf<unknown>()
    const after = open.step(group, { by: ['anything', 'stars'] })
    expectTypeOf(after.row.stars).toEqualTypeOf<number>()
    expectTypeOf(rows.step(plain, { output: 'z' }).row).toEqualTypeOf<ReviewWith<{ z: string }>>()
  })

  test('without a word about columns they stay in a filter, and elsewhere more may come', () => {
    const keep = defineOperator({
      name: 'keep',
      kind: 'filter',
      options: { input: column() },
      create: () => () => true,
    })
    expectTypeOf(rows.step(keep, { input: 'stars' }).row).toEqualTypeOf<Review>()
    const unsaid = defineOperator({ name: 'unsaid', kind: 'map', options: {}, create: () => same })
    expectTypeOf(rows.step(unsaid, {}).row.text).toEqualTypeOf<string>()
    expectTypeOf(rows.step(unsaid, {}).row.anything).toEqualTypeOf<unknown>()
    const nothing = defineOperator({ name: 'nothing', kind: 'map', options: {}, adds: {}, create: () => same })
    expectTypeOf(rows.step(nothing, {}).row).toEqualTypeOf<Review>()
  })
})

describe('what is added, as a function', () => {
  test('of the options: literals are known, computed names open the row', () => {
    const fixed = defineOperator({
      name: 'fixed',
      kind: 'map',
      options: { n: z.number().default(1) },
      adds: ({ n }) => ({ score: n > 1 ? 'number' : 'integer' }),
      create: () => same,
    })
    expectTypeOf(rows.step(fixed, {}).row).toEqualTypeOf<ReviewWith<{ score: number }>>()
    const computed = defineOperator({
      name: 'computed',
      kind: 'map',
      options: { output: z.string() },
      adds: ({ output }) => ({ [output]: 'string' }),
      create: () => same,
    })
    const row = rows.step(computed, { output: 'z' }).row
    expectTypeOf(row.text).toEqualTypeOf<string>()
    expectTypeOf(row.z).toEqualTypeOf<unknown>()
  })

  test('of types, for what data cannot say', () => {
    interface ExtractRow extends RowFunction {
      readonly row: this['options'] extends { readonly schema: infer S } ? With<this['before'], z.output<S>> : never
    }
    const extract = defineOperator({
      name: 'extract',
      kind: 'map',
      options: { input: column('string'), schema: z.custom<z.ZodType>() },
      row: rowFunction<ExtractRow>(),
      create: () => same,
    })
    const extracted = rows.step(extract, { input: 'text', schema: z.object({ city: z.string(), stars: z.string() }) })
    expectTypeOf(extracted.row).toEqualTypeOf<{
      id: string
      text: string
      tags: string[]
      city: string
      stars: string
    }>()
  })
})

describe('options that name columns', () => {
  const scores = defineOperator({
    name: 'scores',
    kind: 'mapBatches',
    options: {
      inputs: columns('string'),
      weight: column('number').optional(),
      keys: z.array(z.object({ column: column() })).default([]),
    },
    adds: {},
    create: () => (all) => all,
  })

  test('are columns of their type, one, several, and within others', () => {
    rows.step(scores, { inputs: ['text', 'id'], weight: 'stars', keys: [{ column: 'tags' }] })
    // @ts-expect-error a column of another type
    rows.step(scores, { inputs: ['stars'] })
    // @ts-expect-error an unknown column
    rows.step(scores, { inputs: ['text', 'txt'] })
    // @ts-expect-error an unknown column within an object
    rows.step(scores, { inputs: ['text'], keys: [{ column: 'nope' }] })
  })

  test('may be any text in a row of any columns, also in a function over rows', () => {
    const any = pipeline('x')
      .from<Record<string, unknown>>([])
      .step(classify, { input: 'whatever', labels: ['a', 'b'] })
    expectTypeOf(any.row.label).toEqualTypeOf<'a' | 'b'>()
    const stamp = defineOperator({
      name: 'stamp',
      kind: 'map',
      options: { input: column() },
      adds: { mark: sameAs('input') },
      create: () => same,
    })
    const stamped = <R extends { stars: number }>(before: PipelineBuilder<R>) => before.step(stamp, { input: 'stars' })
    expectTypeOf(stamped(rows).row.id).toEqualTypeOf<string>()
  })

  test('may hold nothing', () => {
    const missing = pipeline('x')
      .from<{ text?: string; note: string | null }>([])
      .step(classify, { input: 'text', labels: ['a', 'b'] })
      .step(classify, { input: 'note', labels: ['a', 'b'], output: 'two' })
    expectTypeOf(missing.row.text).toEqualTypeOf<string | undefined>()
    expectTypeOf(missing.row.note).toEqualTypeOf<string | null>()
  })
})

test('another source: its name and its options are known', () => {
  const lookUp = defineOperator({
    name: 'lookUp',
    kind: 'map',
    options: { table: sourceOption(), on: column(), take: z.array(z.string()) },
    adds: { '{take}': 'unknown' },
    create: ({ table }) => {
      expectTypeOf(table).toEqualTypeOf<RowSource>()
      return same
    },
  })
  const found = rows.step(lookUp, { table: { use: 'test.cities', country: 'NO' }, on: 'id', take: ['city', 'land'] })
  expectTypeOf(found.row.city).toEqualTypeOf<unknown>()
  // @ts-expect-error an option that this source does not have
  rows.step(lookUp, { table: { use: 'test.cities', country: 'NO', sql: 'x' }, on: 'id', take: [] })
  // @ts-expect-error an unknown source
  rows.step(lookUp, { table: { use: 'test.citis', country: 'NO' }, on: 'id', take: [] })
})

const plainPrompt = definePrompt({ name: 'test.plain', options: {}, create: () => new PromptTemplate('{{text}}') })
const aboutPrompt = definePrompt({
  name: 'test.about',
  options: { about: column('string') },
  create: ({ about }) => new PromptTemplate(`What is {{${about}}}?`),
})

describe('prompts', () => {
  const ask = defineOperator({
    name: 'ask',
    kind: 'map',
    options: {
      input: unless('prompt', column('string')),
      tone: unless('prompt', z.string().optional()),
      prompt: promptOption({ variables: ['today'] }).optional(),
      judge: promptOption({ variables: ['answers'], overRow: false }).optional(),
      output: newColumn('answer'),
    },
    adds: { '{output}': 'string' },
    create: ({ prompt, input }) => {
      expectTypeOf(prompt).toEqualTypeOf<Prompt | undefined>()
      expectTypeOf(input).toEqualTypeOf<string | undefined>()
      return same
    },
  })

  test('may be a text alone; its variables are columns, or what the operator fills', () => {
    expectTypeOf(
      rows.step(ask, { prompt: 'On {{today}}, {{ text }} got {{stars}}' }).row.answer,
    ).toEqualTypeOf<string>()
    rows.step(ask, { prompt: 'read from a file' as string })
    rows.step(ask, { prompt: '{{text}}', judge: 'Which of {{answers}}?' })
    // @ts-expect-error a variable that is no column
    rows.step(ask, { prompt: 'Summarize: {{txt}}' })
    // @ts-expect-error a column, where only the operator's own variables are
    rows.step(ask, { input: 'text', judge: 'Which of {{text}}?' })
  })

  test('may be a contributed class, picked by its name', () => {
    rows.step(ask, { prompt: { use: 'test.plain' } })
    rows.step(ask, { prompt: { use: 'test.about', about: 'text' } })
    // @ts-expect-error an unknown column
    rows.step(ask, { prompt: { use: 'test.about', about: 'txt' } })
    // @ts-expect-error an option that this class does not have
    rows.step(ask, { prompt: { use: 'test.plain', tone: 'x' } })
    // @ts-expect-error an unknown class
    rows.step(ask, { prompt: { use: 'test.plan' } })
    // @ts-expect-error a variable of a prompt that is no column
    rows.step(ask, { prompt: prompt('{{txt}}') })
  })

  test('stand instead of what the operator asks itself', () => {
    rows.step(ask, { input: 'text', tone: 'kind' })
    // @ts-expect-error neither
    rows.step(ask, { output: 'x' })
    // @ts-expect-error both
    rows.step(ask, { input: 'text', prompt: '{{text}}' })
    // @ts-expect-error words beside a prompt
    rows.step(ask, { tone: 'kind', prompt: '{{text}}' })
  })
})

test('wrong options are refused', () => {
  // @ts-expect-error an option that is not there
  rows.step(classify, { input: 'text', labels: ['a', 'b'], outputs: 'tone' })
  // @ts-expect-error labels are missing
  rows.step('test.classify', { input: 'text' })
  // @ts-expect-error a wrong value
  rows.step('test.classify', { input: 'text', labels: 'a' })
  // @ts-expect-error an unknown operator
  rows.step('test.clasify', { input: 'text', labels: ['a', 'b'] })
})

test('fields that operators share are a class', () => {
  class SummarizeOptions extends Asking {
    input = column('string')
    output = newColumn('summary')
  }
  const summarize = defineOperator({
    name: 'summarize',
    kind: 'map',
    options: SummarizeOptions,
    adds: { '{output}': 'string' },
    create: ({ temperature }) => {
      expectTypeOf(temperature).toEqualTypeOf<number | undefined>()
      return same
    },
  })
  expectTypeOf(rows.step(summarize, { input: 'text', temperature: 1 }).row.summary).toEqualTypeOf<string>()
})

test('a whole schema, of branches, or of another library', () => {
  const either = defineOperator({
    name: 'either',
    kind: 'map',
    options: z.union([
      z.strictObject({ input: column('string'), output: newColumn('x') }),
      z.strictObject({ prompt: promptOption(), output: newColumn('x') }),
    ]),
    adds: { '{output}': 'string' },
    create: () => same,
  })
  expectTypeOf(
    rows.step(either, { input: 'text' }).step(either, { prompt: '{{x}}', output: 'y' }).row.y,
  ).toEqualTypeOf<string>()
  // @ts-expect-error neither
  rows.step(either, { output: 'y' })
})

describe('a definition is checked', () => {
  test('against its own options', () => {
    const base = { name: 'wrong', kind: 'map', options: { output: z.string() }, create: () => same } as const
    // @ts-expect-error there is no option of that name
    defineOperator({ ...base, adds: { '{outptu}': 'string' } })
    // @ts-expect-error nor in a longer name
    defineOperator({ ...base, adds: { '{outptu}_x': 'string' } })
    // @ts-expect-error an option's name lacks its braces
    defineOperator({ ...base, adds: { output: 'string' } })
    // @ts-expect-error no such type of column
    defineOperator({ ...base, adds: { '{output}': 'text' } })
    // @ts-expect-error a type from an option that is not there
    defineOperator({ ...base, adds: { '{output}': oneOf('labels') } })
    // @ts-expect-error an unknown option
    defineOperator({ ...base, drops: ['{outptu}'] })
    // @ts-expect-error an unknown option
    defineOperator({ ...base, renames: '{outptu}' })
  })

  test('options, dependencies and the function of the kind have their types', () => {
    defineOperator({
      name: 'typed',
      kind: 'map',
      options: { input: z.string(), marks: z.number().default(1) },
      inject: [LOGGER],
      create: (options, [logger]) => {
        expectTypeOf(options).toEqualTypeOf<{ input: string; marks: number }>()
        expectTypeOf(logger).toEqualTypeOf<Logger>()
        return (row, { rowId, signal }) => {
          expectTypeOf(row).toEqualTypeOf<Row>()
          expectTypeOf(rowId).toEqualTypeOf<RowId>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
          return row
        }
      },
    })
    // @ts-expect-error a filter says true or false
    defineOperator({ name: 'wrong', kind: 'filter', options: {}, create: () => () => 'yes' })
    // @ts-expect-error there is no such kind
    defineOperator({ name: 'wrong', kind: 'mapp', options: {}, create: () => () => ({}) })
    // @ts-expect-error an option is a schema
    defineOperator({ name: 'wrong', kind: 'map', options: { input: 'string' }, create: () => same })
  })
})
