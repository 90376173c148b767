import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { LOGGER, type Logger } from '../contracts/logger.js'
import type { Row, RowId } from '../contracts/row.js'
import { defineOperator } from './define-operator.js'
import { definePlugin } from './define-plugin.js'
import { pipeline } from './pipeline.js'

const rows = pipeline('x').from([{ id: 1, text: 'a', note: 'b' }])

const shout = defineOperator({
  name: 'shout',
  kind: 'map',
  options: z.object({ input: z.string(), output: z.string() }),
  columns: { reads: ['input'], adds: { output: 'string' } },
  create: (options) => (row) => ({ ...row, [options.output]: String(row[options.input]).toUpperCase() }),
})

describe('column effects by the names of options', () => {
  test('a column is added under the name that was given, with the type that was declared', () => {
    const loud = rows.step(shout, { input: 'text', output: 'loud' })
    expectTypeOf(loud.row).toEqualTypeOf<{ id: number; text: string; note: string; loud: string }>()
    // An added column replaces one of the same name; the steps after it know it.
    const replaced = rows.step(shout, { input: 'text', output: 'id' }).step(shout, { input: 'id', output: 'x' })
    expectTypeOf(replaced.row.id).toEqualTypeOf<string>()
  })

  test('a list of columns is read and dropped', () => {
    const join = defineOperator({
      name: 'join',
      kind: 'map',
      options: z.object({ columns: z.array(z.string()), output: z.string(), separator: z.string().default(' ') }),
      columns: { reads: ['columns'], drops: ['columns'], adds: { output: 'string' } },
      create: () => (row) => row,
    })
    const joined = rows.step(join, { columns: ['text', 'note'], output: 'all', separator: ', ' })
    expectTypeOf(joined.row).toEqualTypeOf<{ id: number; all: string }>()
    // @ts-expect-error a dropped column
    joined.row.text
    // @ts-expect-error an unknown column in the list
    rows.step(join, { columns: ['text', 'nope'], output: 'all', separator: '' })
  })

  test('a function of the options says what columns there are when the plan is made: the type knows none', () => {
    const any = defineOperator({
      name: 'any',
      kind: 'map',
      options: z.object({ as: z.string() }),
      columns: (options: { as: string }) => ({ adds: { [options.as]: 'string' } }),
      create: () => (row) => row,
    })
    expectTypeOf(rows.step(any, { as: 'x' }).row).toEqualTypeOf<Record<string, unknown>>()
  })

  test('without effects the row stays what it was', () => {
    const keep = defineOperator({
      name: 'keep',
      kind: 'filter',
      options: z.object({ least: z.number() }),
      columns: { reads: [] },
      create: () => () => true,
    })
    expectTypeOf(rows.step(keep, { least: 1 }).row).toEqualTypeOf<{ id: number; text: string; note: string }>()
  })

  test('an effect names an option that there is', () => {
    defineOperator({
      name: 'wrong',
      kind: 'map',
      options: z.object({ input: z.string() }),
      // @ts-expect-error an option that does not exist
      columns: { reads: ['inptu'] },
      create: () => (row) => row,
    })
    defineOperator({
      name: 'wrong',
      kind: 'map',
      options: z.object({ output: z.string() }),
      // @ts-expect-error a type of column that does not exist
      columns: { adds: { output: 'text' } },
      create: () => (row) => row,
    })
  })
})

test('options, dependencies and the function of the kind have their types', () => {
  defineOperator({
    name: 'typed',
    kind: 'map',
    options: z.object({ input: z.string(), marks: z.number().default(1) }),
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
  defineOperator({
    name: 'wrong',
    kind: 'filter',
    options: z.object({}),
    // @ts-expect-error a filter says true or false
    create: () => () => 'yes',
  })
  // @ts-expect-error there is no such kind
  defineOperator({ name: 'wrong', kind: 'mapp', options: z.object({}), create: () => () => ({}) })
})

test('a plugin contributes it, and takes options as a call', () => {
  const plugin = definePlugin({
    name: 'shout',
    manifest: { apiVersion: 1, contributes: { operators: { shout: 'Upper-cases a column' } } },
    options: z.object({ marks: z.number().optional() }),
    apply: (hooks, { options }) => {
      expectTypeOf(options).toEqualTypeOf<{ marks?: number | undefined }>()
      hooks.operators.tap('shout', (registry) => registry.add(shout))
      // @ts-expect-error an operator is no serving
      hooks.servings.tap('shout', (registry) => registry.add(shout))
      // @ts-expect-error there is no such hook
      hooks.operator.tap('shout', () => {})
    },
  })
  plugin({ marks: 2 })
  // @ts-expect-error a wrong option
  plugin({ marks: 'two' })
  // @ts-expect-error a kind that does not exist
  definePlugin({ name: 'x', manifest: { apiVersion: 1, contributes: { operator: {} } }, apply() {} })
  // @ts-expect-error another version of the plugin interface
  definePlugin({ name: 'x', manifest: { apiVersion: 2 }, apply() {} })
})
